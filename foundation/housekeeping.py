"""How the office is set: its name and its ways of working, changed by an administrator."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.errors import Refused
from foundation.office import Office, office
from foundation.people import Actor, Role
from foundation.text import LANGUAGES, clean, t

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
TEXTS = {"name": 120, "library": 120, "address": 300, "slip_terms": 400, "copy_footer": 120, "heading": 200, "place": 120, "region": 10,
         "signer_title": 120, "signer_name": 100}
NUMBERS = {"request_minutes": (5, 480), "print_minutes": (5, 480), "borrower_limit": (1, 20), "hold_days": (1, 30),
           "reminder_days": (1, 30), "member_months": (0, 120)}
SWITCHES = ("officer_admits", "self_service", "copy_code")


def save_office(session: Session, form: Mapping[str, str], by: Actor) -> Office:
    """Set the office to what the form says. Raises Refused with a sentence for each field that cannot be used."""
    by.must_be(Role.ADMIN)
    texts = {name: clean(form.get(name), longest)
             for name, longest in TEXTS.items()}
    wrong = {name: t("This may not be empty.") for name in ("name", "library") if not texts[name]}
    if texts["region"] and not (texts["region"].isascii() and texts["region"].isalnum()):
        wrong["region"] = t("Write letters and digits only.")
    if form.get("time_zone") not in ZONES:
        wrong["time_zone"] = t("Choose a time zone.")
    if form.get("language") not in LANGUAGES:
        wrong["language"] = t("Choose a language.")
    numbers = {}
    for name, (least, most) in NUMBERS.items():
        given = clean(form.get(name), 6)
        numbers[name] = int(given) if given.isascii() and given.isdigit() else -1
        if not least <= numbers[name] <= most:
            wrong[name] = OUT_OF_BOUNDS[name]
    if wrong:
        raise Refused(t("The settings cannot be saved like this."), t("Correct the marked fields."), fields=wrong)
    row = office(session)
    values = {**texts, **numbers, **{name: name in form for name in SWITCHES},
              "time_zone": form["time_zone"], "language": form["language"]}
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        record(session, by, "office changed", row, **changed)
        session.info["office changed"] = True
    return row


OUT_OF_BOUNDS = {"request_minutes": t("Write a number of minutes from 5 to 480."),
                 "print_minutes": t("Write a number of minutes from 5 to 480."),
                 "borrower_limit": t("Write a number of copies from 1 to 20."),
                 "hold_days": t("Write a number of days from 1 to 30."), "reminder_days": t("Write a number of days from 1 to 30."),
                 "member_months": t("Write a number of months from 0 to 120.")}
