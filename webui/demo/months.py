"""The fictional year before the demo's three weeks, so that reports have something to say: visits, loans that came back, a survey."""

import random
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import end_of, now, today
from foundation.counters import Counter
from foundation.office import Office
from kiosk.borrowing import calendar
from kiosk.borrowing.calendar import Calendar
from kiosk.ledger.collection import Copy, Kind, Title
from kiosk.ledger.loans import Loan, LoanItem, LoanState, Outcome, Reading
from kiosk.ledger.visits import Purpose, Rating, Visit
from kiosk.reporting import surveying
from kiosk.reporting.surveys import Answer, Survey
from webui.demo.history import DAYS, DAYS_LENT, visits_of

MONTHS_BACK = 425   # days
QUIET = {2: 0.7, 3: 0.6, 7: 0.6, 12: 0.7}  # months with fewer visits
BACK_AFTER = (1, 2, 3, 5, 6, 6, 7)         # days; the last ones are late where the office was closed
FAVOURITES = 60     # titles that most of the loans are of


def write_months(session: Session, here: Office, station_id: int, officer: str, seed: int = 5) -> None:
    """Fill the year up to the three weeks; who came is forgotten already where the time for that is over."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    open_days, day = calendar.load(session), today(here.time_zone)
    copies = list(session.scalars(sa.select(Copy).join(Title).where(Title.kind != Kind.OTHER).order_by(Copy.id)))
    chance.shuffle(copies)
    counted: set[tuple[str, date]] = set()
    visits = [visit for back in range(MONTHS_BACK, DAYS, -1) if open_days.is_open(past := day - timedelta(back))
              for visit in visits_of(chance, past, open_days, here, station_id) if chance.random() < QUIET.get(past.month, 0.9)]
    for visit in visits:
        who = (visit.person_key, visit.day.replace(day=1))
        visit.first_of_month = who not in counted
        counted.add(who)
    session.add_all(visits)
    session.flush()
    _lend_and_read(session, chance, visits, copies, open_days, officer)
    session.add_all([Rating(day=visit.day, score=chance.choices((1, 2, 3, 4), (1, 3, 9, 13))[0], station_id=station_id)
                     for visit in visits if chance.random() < 0.6])
    for visit in visits:
        if visit.keep_until < day:
            visit.name = visit.person_key = ""
    session.flush()


def _lend_and_read(session: Session, chance: random.Random, visits: list[Visit], copies: list[Copy], open_days: Calendar,
                   officer: str) -> None:
    numbers: dict[int, int] = {}
    calls: dict[date, int] = {}
    for visit in visits:
        copy = copies[min(int(chance.expovariate(1 / 20)), FAVOURITES)] if chance.random() < 0.7 else chance.choice(copies)
        if visit.purpose is Purpose.READ:
            session.add(Reading(nonce=f"demo-months-{visit.id}", copy=copy, visit_id=visit.id, day=visit.day,
                                began_at=visit.signed_at + timedelta(minutes=7), ended_at=visit.left_at))
        elif visit.purpose is Purpose.BORROW:
            numbers[visit.day.year] = numbers.get(visit.day.year, 0) + 1
            calls[visit.day] = calls.get(visit.day, 0) + 1
            session.add(_loan(chance, visit, copy, open_days, officer, numbers[visit.day.year], calls[visit.day]))
    session.add_all([Counter(name=f"slip {year}", last=last) for year, last in numbers.items()])


def _loan(chance: random.Random, visit: Visit, copy: Copy, open_days: Calendar, officer: str, number: int, call: int) -> Loan:
    """One copy, back some days later."""
    handed_over, due = visit.signed_at + timedelta(minutes=10), open_days.due_day(visit.day, DAYS_LENT)
    back = min(visit.left_at + timedelta(days=chance.choice(BACK_AFTER)), now() - timedelta(hours=1))
    item = LoanItem(copy=copy, outcome=Outcome.RETURNED, closed_at=back, received_by=officer)
    forgotten = visit.keep_until < today(open_days.zone)
    return Loan(nonce=f"demo-months-{visit.id}", state=LoanState.RETURNED, visit=visit, station_id=visit.station_id, language="id",
                borrower_key="" if forgotten else visit.person_key, call=call, year=visit.day.year, number=number,
                rules={"days": DAYS_LENT, "items": {}}, requested_at=handed_over - timedelta(minutes=3), handed_over_at=handed_over,
                handed_over_by=officer, due_on=due, due_at=end_of(due, open_days.zone), closed_at=back, items=[item])


def write_surveys(session: Session, day: date, seed: int = 3) -> None:
    """One survey that is over and published, and one that is open, with answers enough."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    over = Survey(name="Survei kepuasan, tahap 1 (contoh)", opens_on=day - timedelta(120), closes_on=day - timedelta(61),
                  published_at=now() - timedelta(days=50), minimum=30, elements=surveying.ELEMENTS)
    still_open = Survey(name="Survei kepuasan, tahap 2 (contoh)", opens_on=day - timedelta(20), closes_on=day + timedelta(40),
                        minimum=30, elements=surveying.ELEMENTS)
    session.add_all([over, still_open])
    session.flush()
    for survey, count, last in ((over, 64, over.closes_on), (still_open, 40, day)):
        for number in range(count):
            session.add(Answer(survey_id=survey.id, nonce=f"demo-{survey.id}-{number}", scores=_scores(chance, partial=number % 12 == 5),
                               day=survey.opens_on + timedelta(chance.randrange((last - survey.opens_on).days + 1))))


def _scores(chance: random.Random, partial: bool) -> list[int | None]:
    """Somebody's nine answers; time and complaints are judged a little worse than the rest."""
    scores: list[int | None] = [chance.choices((1, 2, 3, 4), (1, 2, 9, 8 if place not in (2, 8) else 3))[0]
                                for place in range(len(surveying.ELEMENTS))]
    return [*scores[:5], *([None] * 4)] if partial else scores
