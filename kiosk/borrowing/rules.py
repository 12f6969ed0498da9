"""Loan rules: who may borrow what, how many and how long, and which rule speaks where several fit."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.audit import record
from foundation.database import Model, Words
from foundation.errors import Refused
from foundation.people import Actor, Role
from foundation.text import t
from kiosk.ledger.collection import Kind
from kiosk.ledger.visits import Category

CATEGORY_WORDS = {
    Category.PUBLIC: t("General public"), Category.STUDENT: t("Pupils and students"), Category.CIVIL_SERVANT: t("Civil servants"),
    Category.RESEARCHER: t("Researchers and advocates"), Category.MEDIA: t("Media"), Category.OTHER: t("Others")}
KIND_WORDS = {
    Kind.DECISION: t("Decisions"), Kind.REGULATION: t("Regulations"), Kind.BOOK: t("Books"), Kind.JOURNAL: t("Journals"),
    Kind.RULING: t("Court rulings"), Kind.OTHER: t("Other works")}

# by whether a rule names a category, a kind, dates; the order is that of `fitting`
BECAUSE = {
    (True, True, True): t("names this category and this kind, for these days"), (True, True, False): t("names this category and this kind"),
    (True, False, True): t("names this category, for these days"), (True, False, False): t("names this category"),
    (False, True, True): t("names this kind, for these days"), (False, True, False): t("names this kind"),
    (False, False, True): t("is for everybody and everything, for these days"), (False, False, False): t("is for everybody and everything")}

_TO_100, _TO_365, _FROM_0 = (t("Write a whole number from 1 to 100."), t("Write a whole number from 1 to 365."),
                             t("Write a whole number from 0 to 365."))
NUMBERS = {
    "max_copies": (1, 100, _TO_100), "days": (1, 365, _TO_365),
    "max_renewals": (0, 365, _FROM_0), "renewal_days": (0, 365, _FROM_0),
    "grace_days": (0, 365, _FROM_0), "suspension_days": (0, 365, _FROM_0),
    "fine_per_day": (0, 1_000_000, t("Write whole rupiah from 0 to 1,000,000."))}


class LoanRule(Model):
    """For `category` and `kind` (None: all of them), from `valid_from` to `valid_until`, both included (None: no end).

    `suspension_days` are counted for each late day beyond `grace_days`; `fine_per_day` is in rupiah, and 0 unless a
    regulation lets the office collect one.
    """

    __tablename__ = "loan_rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[Category | None] = mapped_column(Words(Category))
    kind: Mapped[Kind | None] = mapped_column(Words(Kind))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    loanable: Mapped[bool] = mapped_column(default=True)
    max_copies: Mapped[int] = mapped_column(default=2)
    days: Mapped[int] = mapped_column(default=7)
    max_renewals: Mapped[int] = mapped_column(default=1)
    renewal_days: Mapped[int] = mapped_column(default=7)
    grace_days: Mapped[int] = mapped_column(default=0)
    suspension_days: Mapped[int] = mapped_column(default=0)
    fine_per_day: Mapped[int] = mapped_column(default=0)

    @property
    def is_dated(self) -> bool:
        return self.valid_from is not None or self.valid_until is not None

    @property
    def period(self) -> tuple[date, date]:
        return self.valid_from or date.min, self.valid_until or date.max

    def fits(self, category: Category, kind: Kind, on: date) -> bool:
        first, last = self.period
        return self.category in (None, category) and self.kind in (None, kind) and first <= on <= last

    def rivals(self, other: "LoanRule") -> bool:
        """Whether both would speak with the same rank for the same loan, so that only one of them may stand."""
        return ((self.category, self.kind, self.is_dated) == (other.category, other.kind, other.is_dated)
                and self.period[0] <= other.period[1] and other.period[0] <= self.period[1])


def fitting(rules: Iterable[LoanRule], category: Category, kind: Kind, on: date) -> list[LoanRule]:
    """The rules for lending a `kind` to a `category` on the day `on`, the one that speaks first.

    (category, kind) goes before (category, all), (all, kind) and (all, all), in this order; of two such rules a dated
    one goes before an undated one.
    """
    return sorted((rule for rule in rules if rule.fits(category, kind, on)),
                  key=lambda r: (r.category is None, r.kind is None, not r.is_dated, r.id))


def choose(rules: Iterable[LoanRule], category: Category, kind: Kind, on: date) -> LoanRule | None:
    """The one of `fitting` that speaks; None means: not loanable."""
    return next(iter(fitting(rules, category, kind, on)), None)


def because(rule: LoanRule) -> str:
    """Why `rule` speaks, or stands behind another one: what it names, as a marked sentence."""
    return BECAUSE[rule.category is not None, rule.kind is not None, rule.is_dated]


_IN_ORDER = sa.select(LoanRule).order_by(LoanRule.category, LoanRule.kind, LoanRule.valid_from, LoanRule.id)


def load(session: Session) -> list[LoanRule]:
    return list(session.scalars(_IN_ORDER))


def snapshot(rule: LoanRule) -> dict[str, Any]:
    """Everything the rule says, as JSON: what a loan keeps of it, and what `in_words` reads."""
    values = {column.name: getattr(rule, column.name) for column in LoanRule.__table__.columns}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def in_words(rule: LoanRule | Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """The rule, or the snapshot of one, as a sentence in the language of `translate`."""
    facts = snapshot(rule) if isinstance(rule, LoanRule) else rule
    who = translate(CATEGORY_WORDS[Category(facts["category"])] if facts["category"] else t("All visitors"))
    what = translate(KIND_WORDS[Kind(facts["kind"])] if facts["kind"] else t("all kinds"))
    if not facts["loanable"]:
        return translate(t("%(who)s, %(what)s: read on the spot only.")) % {"who": who, "what": what}

    parts = [_counted(facts["max_copies"], t("at most 1 copy"), t("at most %(n)s copies"), translate),
             _counted(facts["days"], t("for 1 day"), t("for %(n)s days"), translate),
             _counted(facts["max_renewals"], t("1 renewal"), t("%(n)s renewals"), translate)
             if facts["max_renewals"] else translate(t("no renewal"))]
    if facts["suspension_days"]:
        parts.append(_counted(facts["suspension_days"], t("1 day without loans for each late day"),
                              t("%(n)s days without loans for each late day"), translate))
    if facts["grace_days"] and (facts["suspension_days"] or facts["fine_per_day"]):
        parts.append(_counted(facts["grace_days"], t("the first late day does not count"),
                              t("the first %(n)s late days do not count"), translate))
    if facts["fine_per_day"]:
        parts.append(translate(t("Rp%(n)s for each late day")) % {"n": f"{facts['fine_per_day']:,}".replace(",", ".")})
    return translate(t("%(who)s, %(what)s: %(terms)s.")) % {"who": who, "what": what, "terms": ", ".join(parts)}


def _counted(number: int, one: str, many: str, translate: Callable[[str], str]) -> str:
    return translate(one) if number == 1 else translate(many) % {"n": number}


def save_rule(session: Session, by: Actor, rule_id: int | None = None, **values: Any) -> LoanRule:
    """Make a rule of `values` (columns of LoanRule), or change rule `rule_id` to them.

    Raises Refused, with the form fields, for a number out of its bounds, a period that ends before it begins, or a rule
    that would speak for the same loans as another one.
    """
    by.must_be(Role.ADMIN)
    wrong = {name: sentence for name, (least, most, sentence) in NUMBERS.items()
             if name in values and not (isinstance(values[name], int) and least <= values[name] <= most)}
    if values.get("valid_from") and values.get("valid_until") and values["valid_until"] < values["valid_from"]:
        wrong["valid_until"] = t("The rule ends before it begins.")
    if wrong:
        raise Refused(t("The rule cannot be saved like this."), t("Correct the marked fields."), fields=wrong)

    rule = _existing(session, rule_id) if rule_id is not None else LoanRule()
    for name, value in values.items():
        setattr(rule, name, value)
    with session.no_autoflush:
        if any(rule.rivals(other) for other in load(session) if other is not rule):
            raise Refused(t("Another rule already speaks for the same visitors, works and days."),
                          t("Change that rule, or give the two different dates."),
                          fields=dict.fromkeys(("category", "kind"), t("There is already a rule for this.")))
    session.add(rule)
    session.flush()
    record(session, by, "save loan rule", rule, **snapshot(rule))
    return rule


def delete_rule(session: Session, rule_id: int, by: Actor) -> None:
    """Remove a rule; loans made under it keep their snapshot. Raises Refused when it is gone already."""
    by.must_be(Role.ADMIN)
    rule = _existing(session, rule_id)
    record(session, by, "delete loan rule", rule, **snapshot(rule))
    session.delete(rule)
    session.flush()


def _existing(session: Session, rule_id: int) -> LoanRule:
    rule = session.get(LoanRule, rule_id)
    if rule is None:
        raise Refused(t("This rule is no longer there."), t("Look at the list of rules again."), status=404)
    return rule


def seed_rules(session: Session) -> None:
    """Where no rule is set yet: 2 copies for 7 days with 1 renewal, as library software ships; journals stay in the room."""
    if session.scalar(sa.select(sa.func.count(LoanRule.id))) == 0:
        session.add_all([LoanRule(), LoanRule(kind=Kind.JOURNAL, loanable=False)])
        session.flush()
