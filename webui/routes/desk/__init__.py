"""The officer's screens: who is here, what waits, loans and returns, guests, the day book."""

from webui.routes.desk import daybook, guests, live, loans, papers
from webui.routes.desk.frame import screens

__all__ = ["daybook", "guests", "live", "loans", "papers", "screens"]
