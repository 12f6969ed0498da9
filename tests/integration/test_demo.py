from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from foundation.clock import now
from foundation.jobs import Job
from foundation.office import office
from foundation.opening import open_database
from foundation.people import Role, find_by_username, password_matches
from foundation.settings import Settings
from foundation.stationing import enrol
from foundation.stations import Station
from kiosk.borrowing import calendar, reserving
from kiosk.borrowing.lending import find_loan, return_items
from kiosk.counter.finding import find_loans
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title
from kiosk.ledger.loans import Loan, LoanState, Reading
from kiosk.ledger.visits import Visit, VisitState
from kiosk.reporting import periods, recaps, surveying
from kiosk.reporting.recaps import About
from kiosk.shelves.searching import search
from scanner.documents.records import Document
from scanner.legal.products import Product, ProductState
from scanner.procedure import board
from tests.builders import OFFICER
from webui import demo
from webui.demo.many import fill_many, many_titles
from webui.demo.published import publish_some
from webui.demo.titles import collection

PRINTER = "simulated:///paper"


@pytest.fixture
def session(database, clock):
    made = demo.fill(database, PRINTER)
    with database.transaction() as session:
        session.info["made"] = made
        yield session


def test_the_demo_office_stands_on_one_call(session):
    made = session.info["made"]
    assert office(session).name == "KPU Kabupaten Wirasari"
    assert {role for person in made.people for role in person.roles} == set(Role)
    sari = find_by_username(session, "sari")
    assert password_matches(sari.password_hash, "teras hujan melati")
    station, _ = enrol(session, made.kiosk_code)
    assert (station.name, station.printer) == ("Kiosk Depan", PRINTER)
    assert len(calendar.load(session).opening) == 5


def test_legal_products_are_on_their_way_and_each_of_the_people_has_something_to_do(session):
    bima, ratri, yudha, lestari = (find_by_username(session, name).actor() for name in ("bima", "ratri", "yudha", "lestari"))
    for by in (bima, ratri, yudha, lestari):
        seen = board.look(session, board.Wanted(), by, now().date())
        assert seen.mine.cards
        assert seen.late == 1


@pytest.mark.one_database
def test_some_products_are_checked_already_and_wait_for_their_upload(database_url, tmp_path):
    settings = Settings(data=tmp_path / "data", database_url=database_url, demo=True)
    with closing(open_database(settings)) as database:
        demo.fill(database, PRINTER)
        publish_some(settings)
        publish_some(settings)  # as when the demo is started again
        with database.reading() as session:
            found = session.scalars(sa.select(Product).where(Product.state == ProductState.COMPLETE)).all()
            assert len(found) == 3
            assert {session.get(Document, product.document_id).sha256 for product in found} == {product.checked_sha256 for product in found}
            waiting = [job.args["product"] for job in session.scalars(sa.select(Job).where(Job.name == "arrange"))]
            assert [waiting.count(product.id) for product in found] == [1, 1, 1]
            shelved = set(session.scalars(sa.select(Title.product_id).where(Title.product_id.is_not(None))))
            assert shelved == {product.id for product in found}, "they stand in the library too"


def test_the_collection_is_large_varied_and_says_that_it_is_fictional(session):
    titles = session.scalars(sa.select(Title)).all()
    kinds = Counter(title.kind for title in titles)
    assert len(titles) >= 500
    assert kinds[Kind.DECISION] == 250
    assert min(kinds[kind] for kind in (Kind.REGULATION, Kind.BOOK, Kind.JOURNAL, Kind.RULING)) >= 20
    assert all("fiktif" in title.abstract for title in titles)
    assert all(title.enacted_on is None or title.enacted_on <= now().date() for title in titles)
    assert {copy.status for copy in session.scalars(sa.select(Copy))} == set(CopyStatus)
    assert search(session, "daftar pemilih tetap").hits


def test_the_collection_is_the_same_every_time():
    assert list(collection().read(date.max)) == list(collection().read(date.max))
    assert list(many_titles(50)) == list(many_titles(50))


def test_the_weeks_before_look_lived_in_and_lie_in_the_past(session):
    visits = session.scalars(sa.select(Visit)).all()
    days = calendar.load(session)
    assert len(visits) > 60
    assert all(days.is_open(visit.day) and visit.arrived_at < now() and (visit.left_at or visit.day == now().date()) for visit in visits)
    assert all(visit.state is VisitState.LEFT for visit in visits if visit.day < now().date())
    assert len({visit.category for visit in visits}) >= 5
    loans = session.scalars(sa.select(Loan)).all()
    states = Counter(loan.state for loan in loans)
    assert states[LoanState.RETURNED] >= 5
    assert states[LoanState.ON_LOAN] >= 5
    assert len([loan for loan in loans if loan.is_overdue(now())]) == 3
    for year in {loan.year for loan in loans}:
        numbers = sorted(loan.number for loan in loans if loan.year == year)
        assert numbers == list(range(1, len(numbers) + 1))
    assert all(loan.closed_at is None or loan.handed_over_at < loan.closed_at < now() for loan in loans)
    assert session.scalar(sa.select(sa.func.count(Reading.id))) > 5


def test_reports_have_a_year_to_tell_of_and_who_came_long_ago_is_forgotten(session):
    year = recaps.recap(session, periods.read("2025"))
    assert all(counts[-3] > 40 for _, counts in year.tables[About.VISITS].rows)
    assert all(table.total[0] for table in year.tables.values())
    for visit in session.scalars(sa.select(Visit).where(Visit.name == "")):
        assert visit.keep_until < now().date()
        assert visit.person_key == ""


def test_one_copy_lies_ready_and_a_title_that_is_out_has_a_queue(session):
    held, = reserving.hold_shelf(session)
    assert held.keep_until > now().date()
    first, second = reserving.queue(session)
    assert (first.title_id, reserving.place(session, first), reserving.place(session, second)) == (second.title_id, 1, 2)
    assert reserving.serve_all(session) == 0, "nobody waits for what can be had"


def test_one_survey_is_published_and_one_is_open_with_answers_enough(session):
    over, = surveying.published(session)
    assert surveying.result(session, over).enough
    still_open = surveying.open_on(session, now().date())
    assert surveying.result(session, still_open).index.respondents >= still_open.minimum


def test_a_loan_of_the_history_can_be_returned_and_follows_the_calendar(session):
    assert calendar.move_due_dates(session, OFFICER) == []
    late = find_loans(session, "overdue")[0]
    return_items(session, late.id, [item.id for item in late.items], OFFICER)
    assert find_loan(session, late.id).state is LoanState.RETURNED


def test_a_second_start_keeps_everything_and_gives_a_new_code(database, clock):
    first = demo.fill(database, PRINTER)
    with database.transaction() as session:
        session.scalars(sa.select(Title)).first().title = "Diubah"
    second = demo.fill(database, "tcp://192.0.2.7:9100")
    with database.transaction() as session:
        assert session.scalar(sa.select(sa.func.count(Title.id)).where(Title.title == "Diubah")) == 1
        assert session.scalar(sa.select(Station.printer).where(Station.name == "Kiosk Depan")) == "tcp://192.0.2.7:9100"
        assert enrol(session, first.kiosk_code) is None
        assert enrol(session, second.kiosk_code)


@pytest.mark.parametrize("moment", [datetime(2026, 1, 2, 1, 0, tzinfo=UTC), datetime(2026, 8, 16, 20, 0, tzinfo=UTC)])
def test_it_can_be_started_on_any_day(database, clock, moment):
    clock.move_to(moment)
    demo.fill(database, PRINTER)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.max(Visit.arrived_at))) < moment + timedelta(seconds=1)
        assert len(find_loans(session, "overdue")) == 3


def test_the_description_names_every_way_in(session):
    made = session.info["made"]
    start, text = demo.description(made, "http://127.0.0.1:8080")
    assert start == f"http://127.0.0.1:8080/kiosk/enrol/{made.kiosk_code}"
    for words in (start, "/desk", "/paper/", *(person.password for person in made.people)):
        assert words in text


def test_a_large_collection_can_be_made_for_measuring(database):
    fill_many(database, 2000)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Title.id))) == 2000
        assert search(session, "pemungutan suara").hits
