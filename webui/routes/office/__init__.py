"""The administrator's screens: the office and its days, loan rules, people, stations and printers, collection, labels, the audit trail."""

from webui.routes.office import collection, days, labels, people, printers, privacy, rules, settings, stations
from webui.routes.office.frame import screens

__all__ = ["collection", "days", "labels", "people", "printers", "privacy", "rules", "screens", "settings", "stations"]
