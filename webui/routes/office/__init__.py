"""The administrator's screens: the office and its days, loan rules, people, stations, the collection, the audit trail."""

from webui.routes.office import collection, days, people, rules, settings, stations
from webui.routes.office.frame import screens

__all__ = ["collection", "days", "people", "rules", "screens", "settings", "stations"]
