"""Which language a screen speaks, and how it writes dates, times and numbers."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, g, has_request_context, session
from markupsafe import Markup, escape
from sqlalchemy.exc import OperationalError

from foundation.clock import local, now
from foundation.database import DatabaseUnusable
from foundation.office import Office
from foundation.text import LANGUAGES, PLAIN, SHORT, WEEKDAY, translator, written
from webui.wiring import wiring


def office() -> Office:
    """The office for a page; an unnamed one while the database cannot be read, so that the page saying so can be shown."""
    try:
        return wiring().office()
    except (OperationalError, DatabaseUnusable):
        return Office(name="Loket", library="Loket", time_zone="Asia/Jakarta", language="id", officer_admits=False, self_service=False)


def current() -> str:
    if not has_request_context():
        return "id"
    if "language" not in g:
        chosen = session.get("language")
        g.language = chosen if chosen in LANGUAGES else office().language
    return g.language


def choose(language: str) -> None:
    if language in LANGUAGES:
        session["language"] = g.language = language


def say(sentence: str, **values: Any) -> str:
    """`sentence` in the screen's language with its places filled; dates and times are written out."""
    said = translator(current())(sentence)
    return said % {k: _written(v) for k, v in values.items()} if values else said


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    return long_date(value) if isinstance(value, date) else say(str(value)) if hasattr(value, "value") else value


def in_zone(value: datetime) -> datetime:
    return local(value, office().time_zone)


def long_date(day: date | datetime | None) -> str:
    """Rabu, 23 Juni 2027"""
    return written(_day(day), current()) if day else "–"


def short_date(day: date | datetime | None) -> str:
    """23 Jun 2027"""
    return written(_day(day), current(), SHORT) if day else "–"


def plain_date(day: date | datetime) -> str:
    """23 Juni 2027, as it stands in a letter."""
    return written(_day(day), current(), PLAIN)


def weekday(day: date) -> str:
    return written(day, current(), WEEKDAY)


def _day(value: date | datetime) -> date:
    return in_zone(value).date() if isinstance(value, datetime) else value


def clock_time(value: datetime | None) -> str:
    """10.42 in Indonesian, 10:42 in English."""
    return in_zone(value).strftime("%H.%M" if current() == "id" else "%H:%M") if value else "–"


def moment(value: datetime | None) -> str:
    return f"{short_date(value)}, {clock_time(value)}" if value else "–"


def decimal(value: float) -> str:
    """63,5 in Indonesian, 63.5 in English."""
    return f"{value:g}".replace(".", "," if current() == "id" else ".")


def whole(number: int) -> str:
    """13.800 in Indonesian, 13,800 in English."""
    return f"{number:,}".replace(",", "." if current() == "id" else ",")


def minutes_since(value: datetime) -> int:
    return max(0, int((now() - value) / timedelta(minutes=1)))


def waiting_for(value: datetime) -> str:
    """How long ago, in the one unit that matters."""
    return _in_one_unit(minutes_since(value))


def lasting(time: timedelta) -> str:
    """How long, in the one unit that matters."""
    return _in_one_unit(int(time / timedelta(minutes=1)))


def _in_one_unit(minutes: int) -> str:
    if minutes < 60:
        return say("%(n)s min", n=minutes)
    return say("%(n)s h", n=minutes // 60) if minutes < 48 * 60 else say("%(n)s days", n=minutes // 1440)


def highlight(text: str, terms: list[str]) -> Markup:
    """`text` escaped, with the searched words marked."""
    if not terms:
        return escape(text)
    found = re.compile("(" + "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True)) + r")", re.IGNORECASE)
    parts = found.split(text)
    return Markup("").join(Markup("<mark>%s</mark>") % part if i % 2 else escape(part) for i, part in enumerate(parts))


def speak(app: Flask) -> None:
    """Give the templates their words."""
    words: dict[str, Callable] = {"_": say}
    filters = {"long_date": long_date, "short_date": short_date, "plain_date": plain_date, "clock": clock_time, "moment": moment,
               "ago": waiting_for, "lasting": lasting, "weekday": weekday, "highlight": highlight, "decimal": decimal,
               "whole": whole}
    app.jinja_env.globals.update(words)
    app.jinja_env.filters.update(filters)
    app.context_processor(lambda: {"language": current(), "office": office(), "languages": LANGUAGES})
