"""The visitor's screens at a kiosk: one task each, from the tap on "Mulai" to the wiped attract screen."""

from webui.routes.visitor import borrowing, collection, guestbook, leaving, reading, returning, station, survey
from webui.routes.visitor.kiosk import screens

__all__ = ["borrowing", "collection", "guestbook", "leaving", "reading", "returning", "screens", "station", "survey"]
