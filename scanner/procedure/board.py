"""The board: every product at the step of the procedure that it waits for, and among them what somebody can do now."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from foundation.people import Actor, Role
from foundation.search_words import STOP_WORDS, number_keys, read_query, words_of
from foundation.text import clean, t, translator
from scanner.legal.products import PRODUCT_WORKFLOW, TYPE_NAMES, UNDER_WAY, Product, ProductState, ProductStep, ProductType, S
from scanner.procedure.agenda import AgendaEntry
from scanner.procedure.procedure import SAME_WORK

FOLLOWS = (Role.PROPOSER, Role.HEAD_OF_DIVISION, Role.HEAD_OF_SUBDIVISION, Role.LEGAL_STAFF, Role.ADMIN)
SHOWN = 8            # products in a column before “and 340 more”
ALL_OF_ONE = 60      # where one column is opened
MINE = 8             # of what is somebody's to do
FEW = 200            # products that a search names one by one
MOST_NUMBERS = 5000  # numbers with the same digits that are looked at
ONWARD = ("disposition", "allow", "verify copy", "scan", "check", "resubmit")  # what waits for somebody, beside what one may also do
_FOLDER = re.compile(r"loket\W{0,2}product\W{0,2}([0-9]{1,9})", re.IGNORECASE)  # a scanner's keyboard may have another colon
_AGENDA = re.compile(r"0*([0-9]{1,9})\s*/\s*([0-9]{4})")


class Stage(NamedTuple):
    """A step of the procedure (1 to 7), and the states in which a product waits for it."""

    number: int
    name: str
    states: tuple[ProductState, ...]


STAGES = (
    Stage(1, t("Nota dinas"), (S.RETURNED, S.ENTERED)), Stage(2, t("Disposition"), (S.SUBMITTED,)), Stage(3, t("Approval"), (S.DISPOSED,)),
    Stage(4, t("Copy check"), (S.ALLOWED,)), Stage(5, t("Scan"), (S.VERIFIED,)), Stage(6, t("Completeness"), (S.SCANNED,)),
    Stage(7, t("Upload"), (S.COMPLETE,)),
)
STATE_NAMES = {
    S.ENTERED: t("entered, not submitted yet"), S.SUBMITTED: t("waits for its disposition"), S.DISPOSED: t("waits for approval"),
    S.ALLOWED: t("waits for the copy check"), S.VERIFIED: t("waits for its scan"), S.SCANNED: t("waits for the completeness check"),
    S.COMPLETE: t("waits for its upload"), S.PUBLISHED: t("published"), S.RETURNED: t("sent back to the unit"),
    S.WITHDRAWN: t("withdrawn"), S.CANCELLED: t("cancelled"),
}


def stage_of(state: ProductState) -> Stage | None:
    """The step that a product in `state` waits for; None once it has come to an end."""
    return next((stage for stage in STAGES if state in stage.states), None)


def is_late(product: Product, today: date) -> bool:
    return product.due_on is not None and product.due_on < today and product.state in UNDER_WAY


@dataclass(frozen=True)
class Wanted:
    """What of the board somebody wants to see. `only`: "mine" to do, "own" (proposed by them), "late", "back" (sent back).

    `column`: a step's number, to see more of it; 8 is what was published, 9 what was withdrawn or
    cancelled."""

    words: str = ""
    type: ProductType | None = None
    year: int | None = None
    unit: str = ""
    only: str = ""
    column: int = 0


class Card(NamedTuple):
    """A product on the board, and the step that sent it back where that is not answered yet."""

    product: Product
    sent_back: ProductStep | None


class Column(NamedTuple):
    stage: Stage
    cards: list[Card]
    total: int


@dataclass(frozen=True)
class Board:
    """`published`, `mine`: the first of so many; `late`: how many of what is under way."""

    columns: list[Column]
    published: Column
    ended: Column
    mine: Column
    late: int

    @property
    def under_way(self) -> int:
        return sum(column.total for column in self.columns)


PUBLISHED = Stage(8, t("Published"), (S.PUBLISHED,))
ENDED = Stage(9, t("Withdrawn or cancelled"), (S.WITHDRAWN, S.CANCELLED))
TO_DO = Stage(0, t("Yours to do now"), ())


def look(session: Session, wanted: Wanted, by: Actor, today: date) -> Board:
    """The board for somebody on the day `today` (the office's)."""
    conditions = _conditions(session, wanted, by, today)
    counts: dict[ProductState, int] = dict(session.execute(
        sa.select(Product.state, sa.func.count()).where(*conditions).group_by(Product.state)).all())
    urgent_first = (Product.due_on.is_(None), Product.due_on, Product.state_since, Product.id)
    columns = [_column(session, stage, counts, conditions, wanted, urgent_first) for stage in STAGES]
    newest_first = (Product.state_since.desc(), Product.id.desc())
    published = _column(session, PUBLISHED, counts, conditions, wanted, newest_first)
    late = session.scalar(sa.select(sa.func.count()).select_from(Product).where(*conditions, _late(today)))
    ended = _column(session, ENDED, counts, conditions, wanted, newest_first)
    return Board(columns, published, ended, _mine(session, conditions, by), late or 0)


def _column(session: Session, stage: Stage, counts: dict[ProductState, int], conditions: Collection, wanted: Wanted,
            order: Collection) -> Column:
    total = sum(counts.get(state, 0) for state in stage.states)
    most = ALL_OF_ONE if wanted.column == stage.number else SHOWN
    found = sa.select(Product).where(Product.state.in_(stage.states), *conditions).order_by(*order).limit(most)
    return Column(stage, _cards(session, found) if total else [], total)


def _mine(session: Session, conditions: Collection, by: Actor) -> Column:
    theirs = [*conditions, yours(by)]
    first = sa.case((Product.claimed_by_id == by.person_id, 0), else_=1)
    cards = _cards(session, sa.select(Product).where(*theirs).order_by(first, Product.due_on.is_(None), Product.due_on,
                                                                       Product.state_since, Product.id).limit(MINE))
    total = session.scalar(sa.select(sa.func.count()).select_from(Product).where(*theirs)) if len(cards) == MINE else len(cards)
    return Column(TO_DO, cards, total or 0)


def _cards(session: Session, found: sa.Select[tuple[Product]]) -> list[Card]:
    products = session.scalars(found).all()
    back = [product.sent_back_id for product in products if product.sent_back_id]
    steps = {step.id: step for step in session.scalars(sa.select(ProductStep).where(ProductStep.id.in_(back)))} if back else {}
    return [Card(product, steps.get(product.sent_back_id or 0)) for product in products]


def yours(by: Actor) -> sa.ColumnElement[bool]:
    """Of products: that the next step is for `by` to take, now. A unit's are those it proposed."""
    lines = [step for step in PRODUCT_WORKFLOW.steps if step.name in ONWARD and step.by & by.roles]
    turns = [sa.and_(Product.state.in_(step.from_), *([~_took(step.unlike, by)] if step.unlike else []),
                     *([Product.proposed_by_id == by.person_id] if step.name == "resubmit" else [])) for step in lines]
    return sa.and_(sa.or_(sa.false(), *turns), sa.or_(Product.claimed_by_id.is_(None), Product.claimed_by_id == by.person_id))


def _took(names: Collection[str], by: Actor) -> sa.ColumnElement[bool]:
    """Of products: that `by` was among those who did the work of one of these steps the last time."""
    same = [*names, *(other for other, step in SAME_WORK.items() if step in names)]
    newer = aliased(ProductStep)
    last = sa.select(sa.func.max(newer.id)).where(newer.product_id == Product.id, newer.step.in_(same)).correlate(Product).scalar_subquery()
    people = sa.cast(ProductStep.people, sa.String)
    for mark, plain in ((" ", ""), ("[", ","), ("]", ",")):
        people = sa.func.replace(people, mark, plain)
    return sa.select(ProductStep.id).where(ProductStep.id == last, people.contains(f",{by.person_id},")).correlate(Product).exists()


def _late(today: date) -> sa.ColumnElement[bool]:
    return sa.and_(Product.due_on < today, Product.state.in_(UNDER_WAY))


def _conditions(session: Session, wanted: Wanted, by: Actor, today: date) -> list[sa.ColumnElement[bool]]:
    only = {"mine": lambda: yours(by), "own": lambda: Product.proposed_by_id == by.person_id, "late": lambda: _late(today),
            "back": lambda: Product.sent_back_id.is_not(None)}
    found = [only[wanted.only]()] if wanted.only in only else []
    if wanted.type:
        found.append(Product.type == wanted.type)
    if wanted.year:
        found.append(Product.year == wanted.year)
    if wanted.unit:
        found.append(Product.unit == wanted.unit)
    return [*found, _said_once(session, wanted.words)] if wanted.words else found


def _said_once(session: Session, written: str) -> sa.ColumnElement[bool]:
    """As `said`; where few are meant they are looked for once, and not again for each column."""
    meant = said(session, written)
    few = session.scalars(sa.select(Product.id).where(meant).limit(FEW + 1)).all()
    return Product.id.in_(few) if len(few) <= FEW else meant


def said(session: Session, written: str) -> sa.ColumnElement[bool]:
    """Of products: that they are what somebody may mean with `written`: a number in any of its forms, words of the title, a type, an
    agenda number (0012/2026) or the number of a nota dinas."""
    entries = [sa.func.lower(AgendaEntry.memo_number).contains(clean(written, 120).lower(), autoescape=True)]
    if match := _AGENDA.fullmatch(written.strip()):
        entries.append(sa.and_(AgendaEntry.number == int(match[1]), AgendaEntry.year == int(match[2])))
    words = [word for word in words_of(written) if word not in STOP_WORDS]
    return sa.or_(Product.id.in_(_by_number(session, written)), Product.id.in_(sa.select(AgendaEntry.product_id).where(sa.or_(*entries))),
                  sa.and_(*(_has(word, False) for word in words)) if words else sa.false())


def _has(word: str, in_number: bool = True) -> sa.ColumnElement[bool]:
    if word.isdecimal() and not in_number:  # a number is found as a whole (_by_number): 29 is not meant with 929
        return sa.or_(sa.func.lower(Product.title).contains(word), Product.year == (int(word) if len(word) == 4 else 0))
    kinds = [kind for kind, name in TYPE_NAMES.items()
             if word == kind or any(said.startswith(word) for said in words_of(f"{name} {translator('id')(name)}"))]
    return sa.or_(Product.type.in_(kinds), *(sa.func.lower(column).contains(word, autoescape=True)
                                             for column in (Product.title, Product.number, Product.unit)))


def _by_number(session: Session, written: str) -> list[int]:
    query = read_query(written)
    if not query.number_key:
        return []
    digits = query.number_key.split("=")[1]
    with_digits = sa.select(Product.id, Product.number, Product.year).where(Product.number.contains(digits)).limit(MOST_NUMBERS)
    found = [row.id for row in session.execute(with_digits) if query.number_key in number_keys(row.number, row.year)]
    if not (found and query.beside_number):
        return found
    exact = list(session.scalars(sa.select(Product.id).where(Product.id.in_(found), *map(_has, query.beside_number))))
    return exact or found  # “Kpt” is not printed in every number of a decision


def find(session: Session, written: str, most: int = 10) -> list[Product]:
    """The products that `written` may mean, the newest first."""
    if not written.strip():
        return []
    return list(session.scalars(sa.select(Product).where(said(session, written)).order_by(Product.id.desc()).limit(most)))


def folder_code(product_id: int) -> str:
    """The text of the QR code on a product's folder."""
    return f"loket:product:{product_id}"


def is_folder(code: str) -> bool:
    """Whether it is the code on a folder, whatever has scanned it."""
    return _FOLDER.search(code) is not None


def open_code(session: Session, code: str) -> int | None:
    """The product that a scanned or typed `code` opens: its folder's, or a number that only one product has."""
    if match := _FOLDER.search(code):
        return session.scalar(sa.select(Product.id).where(Product.id == int(match[1])))
    found = find(session, code, 2)
    return found[0].id if len(found) == 1 else None


def choices(session: Session) -> tuple[list[int], list[str]]:
    """The years and the units there are, to choose from."""
    years = session.scalars(sa.select(Product.year).distinct().order_by(Product.year.desc()))
    return list(years), list(session.scalars(sa.select(Product.unit).where(Product.unit != "").distinct().order_by(Product.unit)))


def last_unit(session: Session, by: Actor) -> str:
    """The unit that somebody last proposed a product for."""
    mine = sa.select(Product.unit).where(Product.proposed_by_id == by.person_id, Product.unit != "")
    return session.scalar(mine.order_by(Product.id.desc()).limit(1)) or ""
