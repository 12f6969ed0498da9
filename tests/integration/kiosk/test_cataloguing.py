"""The catalogue as staff change it: titles described, copies added and withdrawn, two titles that are one; on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.errors import Refused
from kiosk.borrowing import lending
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title
from kiosk.ledger.loans import LoanItem
from kiosk.ledger.reservations import Reservation, ReservationState
from kiosk.shelves import attaching, cataloguing, describing, merging
from kiosk.shelves.searching import index_titles, search
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_request, a_title, an_office

pytestmark = pytest.mark.usefixtures("clock")
REGULATION = {"title": "Tata Kelola Arsip Pemilu (fiktif)", "number": "7 Tahun 2025", "year": "2025", "enacted_on": "2025-03-12",
              "promulgated_on": "14 Maret 2025", "in_force": "yes", "subject": "arsip, pemilu"}


@pytest.fixture
def session(database: Database):
    with database.transaction() as session:
        an_office(session)
        yield session


def described(session: Session, kind: Kind = Kind.REGULATION, **form: str) -> dict:
    return describing.read_description(session, kind, {**REGULATION, **form})


def saved(session: Session, kind: Kind = Kind.REGULATION, **form: str) -> Title:
    return cataloguing.save_title(session, described(session, kind, **form), OFFICER)


def found(session: Session, words: str) -> list[int]:
    return [hit.id for hit in search(session, words).hits]


def wrong(work: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        work()
    return set(refused.value.fields)


# ---- titles

def test_a_new_title_is_found_at_once_and_a_changed_one_by_its_new_words(session: Session) -> None:
    title = saved(session)
    assert (title.year, title.promulgated_on, title.in_force) == (2025, date(2025, 3, 14), True)
    assert found(session, "arsip pemilu") == found(session, "7/2025") == [title.id]
    seen = title.changed_at.isoformat()
    cataloguing.save_title(session, described(session, title="Jadwal Retensi (fiktif)"), OFFICER, title.id, seen)
    assert not found(session, "arsip kelola")
    assert found(session, "retensi") == [title.id]
    assert session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.id)).all() == ["title added", "title changed"]


def test_who_saves_an_old_page_is_told_that_somebody_else_was_there(session: Session) -> None:
    title = saved(session)
    with pytest.raises(Refused, match="meanwhile"):
        cataloguing.save_title(session, described(session, title="Lain"), OFFICER, title.id, "2020-01-01T00:00:00+00:00")


def test_each_field_that_cannot_be_used_has_its_own_sentence(session: Session) -> None:
    form = {"title": " ", "year": "20x5", "enacted_on": "31/02/2025", "in_force": "maybe", "isbn": "12-34", "number": "9" * 101}
    assert wrong(lambda: described(session, **form)) == set(form)
    assert wrong(lambda: described(session, promulgated_on="2025-01-02")) == {"promulgated_on"}
    assert wrong(lambda: described(session, enacted_on="2031-01-01", promulgated_on="")) == {"enacted_on"}


def test_the_year_is_the_enactment_s_where_none_is_written(session: Session) -> None:
    assert described(session, year="")["year"] == 2025


def test_what_is_known_of_a_title_is_shown_whatever_its_kind_is(session: Session) -> None:
    title = a_title(session, kind=Kind.BOOK, signatory="Rengganis")
    assert "signatory" not in describing.FIELDS[Kind.BOOK]
    assert "signatory" in describing.fields_of(Kind.BOOK, describing.as_form(title))
    again = describing.read_description(session, Kind.BOOK, describing.as_form(title))
    assert all(getattr(title, field) == value for field, value in again.items()), "what the form shows is what is kept"


@pytest.mark.parametrize("form", [
    {"title": "Judul lain (fiktif)", "number": "7 TAHUN 2025"}, {"number": "8 Tahun 2025", "title": "tata kelola ARSIP pemilu (fiktif)"},
    {"title": "Judul lain (fiktif)", "number": "", "isbn": "9786020000000"}])
def test_a_title_that_is_there_already_is_noticed(session: Session, form: dict[str, str]) -> None:
    title = saved(session, isbn="978-602-000000-0")
    assert list(cataloguing.likely_same(session, described(session, **form))) == [title]
    assert not cataloguing.likely_same(session, described(session), but=title.id), "a title is not its own double"
    assert not cataloguing.likely_same(session, described(session, title="Lain", number="7 Tahun 2024", year="2024"))


def test_visitors_change_nothing(session: Session) -> None:
    kiosk, title = a_kiosk(session), a_title(session)
    for deed in (lambda: cataloguing.save_title(session, described(session), kiosk),
                 lambda: cataloguing.add_copies(session, title.id, 1, kiosk),
                 lambda: cataloguing.set_status(session, title.copies[0], CopyStatus.MISSING, "", kiosk),
                 lambda: merging.merge(session, title.id, title.id, [], kiosk), lambda: attaching.set_cover(session, title.id, "a", kiosk)):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.status == 403


# ---- copies

def test_copies_get_codes_that_no_label_has(session: Session) -> None:
    title = saved(session, Kind.BOOK)
    a_title(session).copies[0].code = f"BUK-{title.id:04d}-2"
    added = cataloguing.add_copies(session, title.id, 2, OFFICER, shelf=" A-1 ")
    assert [copy.code for copy in added] == [f"BUK-{title.id:04d}-1", f"BUK-{title.id:04d}-2X"]
    assert [(copy.number, copy.shelf) for copy in added] == [(1, "A-1"), (2, "A-1")]
    assert found(session, added[0].code) == [title.id]
    more = cataloguing.add_copies(session, title.id, 2, OFFICER, labels="lama-1, lama-2")
    assert [(copy.code, copy.number) for copy in more] == [("LAMA-1", 3), ("LAMA-2", 4)]


def test_labels_and_numbers_that_cannot_be_are_refused(session: Session) -> None:
    title = a_title(session)
    there = title.copies[0].code
    for count, labels in ((0, ""), (101, ""), (2, "SATU")):
        assert wrong(lambda n=count, said=labels: cataloguing.add_copies(session, title.id, n, OFFICER, labels=said)) == {"count"}
    for labels in ("A A", there.lower(), "é", "K" * 41):
        many = len(labels.split())
        assert wrong(lambda n=many, said=labels: cataloguing.add_copies(session, title.id, n, OFFICER, labels=said)) == {"labels"}


def test_a_title_without_a_copy_left_is_kept_and_found_no_more(session: Session) -> None:
    title = a_title(session, "Telaah Arsip Tua (fiktif)", copies=2, kind=Kind.BOOK)
    index_titles(session, [title.id])
    cataloguing.set_status(session, title.copies[0], CopyStatus.WITHDRAWN, "rusak", OFFICER)
    assert found(session, "telaah arsip tua") == [title.id], "one copy is left"
    cataloguing.withdraw(session, title.id, "rusak", OFFICER)
    assert not found(session, "telaah arsip tua")
    assert list(cataloguing.withdrawn_titles(session, "telaah tua", 10)) == [title]
    attaching.set_digital(session, title.id, OFFICER, digital="a" * 64, pages=3)
    assert found(session, "telaah arsip tua") == [title.id], "its file can still be read"
    attaching.set_digital(session, title.id, OFFICER)
    cataloguing.set_status(session, title.copies[1], CopyStatus.AVAILABLE, "", OFFICER)
    assert found(session, "telaah arsip tua") == [title.id]
    assert wrong(lambda: cataloguing.set_status(session, title.copies[1], CopyStatus.WITHDRAWN, " ", OFFICER)) == {"reason"}


def test_nothing_is_said_of_a_copy_that_somebody_has_or_waits_for(session: Session) -> None:
    kiosk = a_kiosk(session)
    asked, lent, read, held = (a_title(session, f"Judul {n} (fiktif)") for n in range(4))
    a_request(session, kiosk, asked)
    a_loan(session, kiosk, lent)
    reading = lending.read_here(session, read.id, None, "satu", kiosk)
    session.add(Reservation(nonce="x", title=held, borrower_key="wati|umum", copy=held.copies[0], state=ReservationState.READY))
    session.flush()
    for title, said in ((asked, "kept for somebody"), (lent, "is on loan"), (read, "being read"), (held, "hold shelf")):
        with pytest.raises(Refused, match=said):
            cataloguing.set_status(session, title.copies[0], CopyStatus.IN_REPAIR, "sampul", OFFICER)
    lending.end_reading(session, reading.id, OFFICER)
    cataloguing.set_status(session, read.copies[0], CopyStatus.IN_REPAIR, "sampul", OFFICER)
    assert lending.free_copy(session, read.id) is None
    assert (read.copies[0].status_reason, read.copies[0].status_at is not None) == ("sampul", True)


def test_a_copy_is_either_withdrawn_or_asked_for_whoever_was_first(database: Database) -> None:
    with database.transaction() as session:
        an_office(session)
        kiosk = a_kiosk(session)
        titles = [a_title(session, f"Judul {n} (fiktif)") for n in range(8)]
        guests = [a_guest(session, kiosk, name=f"Tamu {n}").id for n in range(8)]

    def ask(place: int) -> bool:
        return done(lambda session: lending.request_loan(session, guests[place], [titles[place].id], f"n{place}", kiosk, "id"))

    def withdraw(place: int) -> bool:
        return done(lambda session: cataloguing.withdraw(session, titles[place].id, "rusak", OFFICER))

    def done(work: Callable[[Session], object]) -> bool:
        try:
            database.run(work)
        except Refused:
            return False
        return True
    with ThreadPoolExecutor(4) as pool:
        tries = [(pool.submit(ask, place), pool.submit(withdraw, place)) for place in range(8)]
    assert all(asked.result() != gone.result() for asked, gone in tries)


def test_when_one_copy_is_out_none_of_the_title_is_withdrawn(database: Database) -> None:
    with database.transaction() as session:
        an_office(session)
        title = a_title(session, copies=2)
        a_loan(session, a_kiosk(session), title)
    with pytest.raises(Refused, match="is on loan"), database.transaction() as session:
        cataloguing.withdraw(session, title.id, "rusak", OFFICER)
    with database.reading() as session:
        assert {copy.status for copy in session.scalars(sa.select(Copy))} == {CopyStatus.AVAILABLE}


# ---- two that are one

def test_merging_moves_copies_history_and_queue_and_keeps_what_was_chosen(database: Database) -> None:
    with database.transaction() as session:
        an_office(session)
        kept = a_title(session, "Pedoman Arsip (fiktif)", copies=1, subject="", author="KPU")
        gone = a_title(session, "Pedoman Arsip Edisi Dua (fiktif)", copies=2, subject="arsip", author="K.P.U.", cover="c" * 64,
                       elsewhere="slims:7")
        loan = a_loan(session, a_kiosk(session), gone)
        for title, key in ((kept, "ali|umum"), (gone, "ali|umum"), (gone, "wati|umum")):
            session.add(Reservation(nonce=f"{title.id}{key}", title=title, borrower_key=key))
        index_titles(session, [kept.id, gone.id])
    with database.reading() as session:
        look = merging.look(session, kept.id, gone.id)
        assert (look.copies, look.loans, look.readings, look.reservations) == (2, 1, 0, 2)
        assert set(look.differ) == {"title", "author", "subject"}
    with database.transaction() as session:
        merging.merge(session, kept.id, gone.id, ["subject", "kind"], OFFICER)
    with database.reading() as session:
        one = session.scalars(sa.select(Title)).one()
        assert (one.id, one.title, one.subject, one.author) == (kept.id, "Pedoman Arsip (fiktif)", "arsip", "KPU")
        assert (one.cover, one.elsewhere) == ("c" * 64, "slims:7")
        assert [copy.number for copy in one.copies] == [1, 2, 3]
        assert session.get_one(LoanItem, loan.items[0].id).copy.title_id == kept.id
        queue = session.scalars(sa.select(Reservation).order_by(Reservation.id)).all()
        assert [(each.title_id, each.state) for each in queue] == [
            (kept.id, ReservationState.WAITING), (kept.id, ReservationState.CANCELLED), (kept.id, ReservationState.WAITING)]
        assert found(session, "pedoman arsip") == [kept.id]
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "titles merged")).one()
        assert (entry.details["merged"]["key"], entry.details["merged"]["elsewhere"]) == (gone.id, "slims:7")


def test_a_title_is_not_merged_with_itself(session: Session) -> None:
    title = a_title(session)
    with pytest.raises(Refused, match="same title"):
        merging.merge(session, title.id, title.id, [], ADMIN)


# ---- files

def test_what_a_title_shows_is_never_swept(session: Session) -> None:
    title = a_title(session)
    attaching.set_cover(session, title.id, "ab" + "0" * 62, OFFICER)
    attaching.set_digital(session, title.id, OFFICER, digital="ab" + "1" * 62, pages=2)
    assert attaching.files_in_use(session, "ab") == {"ab" + "0" * 62, "ab" + "1" * 62}
    assert attaching.files_in_use(session, "ac") == set()
    before = attaching.pictured(session, [title.id])
    attaching.set_cover(session, title.id, "", OFFICER)
    assert attaching.pictured(session, [title.id]) != before, "another picture has another address"
    with pytest.raises(Refused, match="one digital copy"):
        attaching.set_digital(session, title.id, OFFICER, digital="a" * 64, product_id=1)
