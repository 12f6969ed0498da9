"""The officer's screens: who is here, what waits, loans and returns, guests, the day book, reports."""

from webui.routes.desk import (
    copies,
    daybook,
    enlisting,
    guests,
    holds,
    live,
    loans,
    members,
    overdue,
    papers,
    privacy,
    reports,
    stock,
    survey,
    titles,
)
from webui.routes.desk.frame import screens

__all__ = ["copies", "daybook", "enlisting", "guests", "holds", "live", "loans", "members", "overdue", "papers", "privacy", "reports",
           "screens", "stock", "survey", "titles"]
