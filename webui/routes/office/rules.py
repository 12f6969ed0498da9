"""Loan rules: listed in words, changed, and tried out on a category of visitors and a kind of title."""

from datetime import date
from typing import Any

from flask import abort, g, request
from flask.typing import ResponseReturnValue

from foundation.clock import today
from foundation.errors import Refused
from foundation.text import clean, translator
from kiosk.borrowing import rules
from kiosk.ledger.collection import Kind
from kiosk.ledger.visits import Category
from webui import language
from webui.routes.office.frame import date_in, do, go, page, screens
from webui.wiring import wiring

DATES = ("valid_from", "valid_until")
PROPOSED = {"loanable": True, "max_copies": 2, "days": 7, "max_renewals": 1, "renewal_days": 7,
            "grace_days": 0, "suspension_days": 0, "fine_per_day": 0}


@screens.get("/rules")
def loan_rules() -> ResponseReturnValue:
    """Every rule in words, which one speaks for every pair of category and kind on a day, and for a chosen pair why."""
    category, kind, day = _choice(Category, "category"), _choice(Kind, "kind"), _day()
    with wiring().database.reading() as db:
        every = rules.load(db)
    fitting = rules.fitting(every, category, kind, day) if category and kind else []
    pairs = {(each, work): rules.choose(every, each, work, day) for each in Category for work in Kind}
    return page("office/rules.html", rules=every, category=category, kind=kind, day=day, fitting=fitting, pairs=pairs, said=_said,
                because=rules.because, numbers={rule.id: number for number, rule in enumerate(every, 1)}, **_names())


def _day() -> date:
    """The day that is asked about; today where none is, or none that can be read."""
    try:
        return date.fromisoformat(clean(request.args.get("day"), 20))
    except ValueError:
        return today(wiring().office().time_zone)


def _names() -> dict[str, Any]:
    return {"categories": rules.CATEGORY_WORDS, "kinds": rules.KIND_WORDS}


def _choice(words: type, field: str) -> Any:
    given = request.values.get(field, "")
    return words(given) if given in set(words) else None


def _said(rule: rules.LoanRule) -> str:
    return rules.in_words(rule, translator(language.current()))


@screens.get("/rules/new")
def new_rule() -> ResponseReturnValue:
    return page("office/rule.html", rule_id=None, values=PROPOSED, **_names())


@screens.get("/rules/<int:rule_id>")
def rule(rule_id: int) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        found = db.get(rules.LoanRule, rule_id) or abort(404)
        return page("office/rule.html", rule_id=rule_id, values=rules.snapshot(found), **_names())


@screens.post("/rules/new")
@screens.post("/rules/<int:rule_id>")
def save_rule(rule_id: int | None = None) -> ResponseReturnValue:
    try:
        values = _typed()
        do(lambda db: rules.save_rule(db, g.actor, rule_id, **values))
    except Refused as refusal:
        return page("office/rule.html", refusal, rule_id=rule_id, values=request.form, **_names())
    return go(".loan_rules")


def _typed() -> dict[str, Any]:
    """The form's columns of a rule; what is no number becomes -1, which no column allows."""
    numbers = {name: clean(request.form.get(name), 9) for name in rules.NUMBERS}
    return {**{name: int(given) if given.isascii() and given.isdigit() else -1 for name, given in numbers.items()},
            **{name: date_in(name) for name in DATES}, "loanable": "loanable" in request.form,
            "category": _choice(Category, "category"), "kind": _choice(Kind, "kind")}


@screens.post("/rules/<int:rule_id>/delete")
def delete_rule(rule_id: int) -> ResponseReturnValue:
    do(lambda db: rules.delete_rule(db, rule_id, g.actor))
    return go(".loan_rules", "removed")
