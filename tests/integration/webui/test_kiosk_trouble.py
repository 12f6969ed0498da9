"""What can go wrong at the kiosk is one clear sentence with the next step, and nothing is lost."""

import io
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.database import Database
from foundation.people import VISITOR, Actor
from foundation.stations import Station, invite
from kiosk.borrowing import lending
from kiosk.counter import slips
from kiosk.ledger.collection import CopyStatus
from kiosk.ledger.loans import Loan
from kiosk.ledger.visits import Visit
from kiosk.shelves.searching import index_titles
from printer import codes
from tests.builders import a_guest, a_kiosk, a_loan, a_request, a_title
from tests.integration.webui.conftest import Browser
from webui.access import STATION_COOKIE
from webui.bench.damage import code_on_paper, faded, photographed

pytestmark = pytest.mark.one_database  # but for what searches, counts or races

SIGNED = {"name": "Ratna Widyaningsih", "institution": "Umum", "category": "public", "purpose": "read"}


@pytest.fixture
def by(kiosk: Browser, database: Database) -> Actor:
    with database.reading() as session:
        station = session.scalars(sa.select(Station)).one()
    return Actor(station.name, frozenset({VISITOR}), station_id=station.id)


@pytest.fixture
def scan(kiosk: Browser) -> Callable[[str], str]:
    """What the kiosk says to a scanned code."""
    def scanned(code: str) -> str:
        answer = kiosk.post("/kiosk/scan", code=code)
        return (kiosk.follow(answer) if answer.status_code == 303 else answer).text
    return scanned


def test_a_screen_without_a_token_is_told_what_to_do(app: Flask):
    answer = app.test_client().get("/kiosk")
    assert answer.status_code == 403
    assert "Layar ini belum didaftarkan" in answer.text
    assert "/kiosk/start" not in answer.text


def test_a_screen_whose_token_was_taken_back_is_a_stranger(kiosk: Browser, database: Database):
    with database.transaction() as session:
        session.execute(sa.update(Station).values(token_hash=None))
    for path in ("/kiosk", "/kiosk/search", "/kiosk/return"):
        assert kiosk.get(path).status_code == 403
    assert kiosk.client.post("/kiosk/start", data={"csrf_token": kiosk.token}).status_code == 403


def test_a_made_up_token_opens_nothing(app: Flask):
    client = app.test_client()
    client.set_cookie(STATION_COOKIE, "x" * 90, path="/kiosk")
    assert client.get("/kiosk").status_code == 403


def test_the_kiosks_token_opens_the_visitors_routes_alone(kiosk: Browser):
    for path in ("/desk", "/desk/loans", "/desk/visitors", "/office"):
        assert kiosk.client.get(path).location.startswith("/sign-in")


def test_an_invitation_is_good_once_and_not_for_ever(app: Flask, database: Database, kiosk: Browser):
    with database.transaction() as session:
        station = session.scalars(sa.select(Station)).one()
        used, late = invite(station, now() + timedelta(hours=1)), invite(station, now() - timedelta(seconds=1))
    for code in (used, late, "nonsense", "x" * 3000):
        assert app.test_client().get(f"/kiosk/enrol/{code}").status_code == 404


def test_a_form_with_a_stale_token_changes_nothing_and_says_so(kiosk: Browser, database: Database):
    answer = kiosk.client.post("/kiosk/start", data={"csrf_token": "stale"})
    assert (answer.status_code, "terlalu lama terbuka" in answer.text) == (400, True)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Visit.id))) == 0


@pytest.mark.parametrize(("name", "shown"), [("<script>alert(1)</script> Ani", "&lt;script&gt;alert(1)&lt;/script&gt; Ani"),
                                             ("Ani 🙂", "Ani 🙂"), ("محمد", "محمد"), ("Ra\x1btna\u202e", "Ratna")])
def test_a_name_is_kept_and_never_becomes_part_of_the_page(kiosk: Browser, database: Database, name: str, shown: str):
    kiosk.follow(kiosk.post("/kiosk/start"))
    kiosk.get("/kiosk/guest-book")
    answer = kiosk.post("/kiosk/guest-book", **{**SIGNED, "name": name, "institution": ""})  # refused, so shown again
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert kiosk.post("/kiosk/guest-book", **{**SIGNED, "name": name}).status_code == 303
    with database.reading() as session:
        kept = session.scalar(sa.select(Visit.name))
    assert kept == shown.replace("&lt;", "<").replace("&gt;", ">")


def test_a_name_of_a_megabyte_is_refused_in_a_sentence(kiosk: Browser):
    kiosk.follow(kiosk.post("/kiosk/start"))
    kiosk.get("/kiosk/guest-book")
    answer = kiosk.post("/kiosk/guest-book", **{**SIGNED, "name": "x" * 1_000_000})
    assert answer.status_code in (413, 422)
    assert "persingkat" in answer.text


def test_every_wrong_code_is_a_sentence_of_its_own(scan, database: Database, by: Actor, app: Flask):
    keys = app.extensions["wiring"].keys
    with database.transaction() as session:
        loan = a_loan(session, by, a_title(session))
        requested = a_request(session, by, a_title(session, "Lain"), visit=a_guest(session, by, name="Budi"))
    good = slips.slip_code(loan, keys)
    assert "Pedoman Teknis" in scan(good)
    assert "bukan" in scan(good[:20])                                       # truncated: no label of ours either
    assert "tidak dibuat oleh perpustakaan ini" in scan(good[:-1] + str((int(good[-1]) + 1) % 10))
    assert "tidak dibuat oleh perpustakaan ini" in scan(codes.make({1: b"another library"}, loan.id))
    assert "bukan milik perpustakaan ini" in scan("PERPUS-LAIN-77")
    assert "tidak pernah diserahkan" in scan(slips.slip_code(requested, keys))


def test_a_slip_already_returned_says_when(scan, database: Database, by: Actor, app: Flask):
    with database.transaction() as session:
        loan = a_loan(session, by, a_title(session))
        lending.return_items(session, loan.id, [loan.items[0].id], lending.self_service_actor(by))
    assert "sudah dikembalikan" in scan(slips.slip_code(loan, app.extensions["wiring"].keys))


def test_guessing_slip_numbers_is_stopped(kiosk: Browser):
    between = itertools.cycle(("-", " ", "\t", "\N{NO-BREAK SPACE}", ""))  # however it is written
    answers = [kiosk.post("/kiosk/scan", code=next(between).join(("2026", "00001", f"{number:04d}"))) for number in range(12)]
    assert [answer.status_code for answer in answers].count(429) == 2
    assert "Terlalu banyak percobaan" in answers[-1].text


@pytest.mark.parametrize("forged", [10**30, -1, "x", ""])
def test_a_title_that_cannot_be_is_not_put_into_the_basket(kiosk: Browser, forged: object):
    kiosk.get("/kiosk/search")
    assert kiosk.post("/kiosk/basket/add", title_id=forged).status_code == 303
    assert kiosk.get("/kiosk/basket").status_code == 200


def test_every_reason_against_a_loan_is_on_the_basket_with_its_next_step(kiosk: Browser, database: Database):
    with database.transaction() as session:
        reference = a_title(session, "Naskah Rujukan", status=CopyStatus.REFERENCE_ONLY)
        titles = [a_title(session, f"Buku {number}") for number in range(4)]
    kiosk.follow(kiosk.post("/kiosk/start"))
    kiosk.get("/kiosk/guest-book")
    kiosk.post("/kiosk/guest-book", **SIGNED)
    for title in (*titles, reference):
        kiosk.get(f"/kiosk/title/{title.id}")
        kiosk.post("/kiosk/basket/add", title_id=title.id)
    page = kiosk.get("/kiosk/basket").text
    assert "5 eksemplar di tangan Anda; yang boleh 3" in page
    assert "Keluarkan sebagian dari keranjang" in page
    assert "sedang di tangan orang lain" in page
    answer = kiosk.post("/kiosk/borrow")
    assert (answer.status_code, "5 eksemplar di tangan Anda" in answer.text) == (409, True)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Loan.id))) == 0


@contextmanager
def a_full_disk(database: Database) -> Iterator[None]:
    """SQLite's own answer when no page can be added (on PostgreSQL: the server's, for a tablespace that is full)."""
    def full(_connection, _cursor, sql, *_rest):
        if sql.startswith(("INSERT", "UPDATE")):
            raise sa.exc.OperationalError(sql, {}, Exception("database or disk is full"))
    sa.event.listen(database.engine, "before_cursor_execute", full)
    yield
    sa.event.remove(database.engine, "before_cursor_execute", full)


def test_a_full_disk_is_a_calm_page_and_the_kiosk_goes_on_when_there_is_room_again(kiosk: Browser, database: Database):
    with a_full_disk(database):
        answer = kiosk.post("/kiosk/start")
        assert answer.status_code == 503
        assert "Penyimpanan komputer ini penuh" in answer.text
        assert "beri tahu petugas" in answer.text
        assert kiosk.client.get("/health").status_code == 503
    kiosk.get("/kiosk")
    assert kiosk.post("/kiosk/start").status_code == 303


def test_a_database_that_is_gone_is_a_calm_page_too(kiosk: Browser, database: Database):
    def gone(*_):
        raise sa.exc.OperationalError("", {}, Exception("unable to open database file"))
    sa.event.listen(database.engine, "before_cursor_execute", gone)
    for path in ("/kiosk", "/kiosk/search", "/sign-in"):
        answer = kiosk.client.get(path)
        assert (answer.status_code, "<h1" in answer.text, "Traceback" in answer.text) in ((503, True, False), (200, True, False)), path
    sa.event.remove(database.engine, "before_cursor_execute", gone)
    assert kiosk.get("/kiosk").status_code == 200


def test_a_bug_is_a_calm_page_with_a_number_to_tell(kiosk: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app.jinja_env, "get_or_select_template", lambda name: 1 / 0)
    answer = kiosk.client.get("/kiosk")
    assert answer.status_code == 500
    assert "Ada kesalahan di pihak kami (nomor " in answer.text


def test_the_camera_is_helped_with_a_pale_slip_and_the_picture_is_kept_nowhere(kiosk: Browser, app: Flask):
    chance = random.Random(4)
    pale = photographed(faded(0.7)(code_on_paper("1" * 34), chance), chance)
    kiosk.get("/kiosk/return")
    answer = kiosk.post("/kiosk/look-closer", picture=(pale, "look.jpg"))
    assert (answer.status_code, answer.text) == (200, "1" * 34)
    for nothing in (b"not a picture", b""):
        assert kiosk.post("/kiosk/look-closer", picture=(io.BytesIO(nothing), "look.jpg")).status_code == 204
    assert kiosk.post("/kiosk/look-closer").status_code == 204
    assert app.test_client().post("/kiosk/look-closer").status_code in (400, 403)
    folder = app.extensions["wiring"].settings.data
    assert not [path for path in folder.rglob("*") if "look" in path.name or path.suffix == ".jpg"]


@pytest.mark.one_database(False)
def test_where_nothing_is_found_a_number_that_would_is_named(kiosk: Browser, database: Database):
    assert "Nomor juga bisa" not in kiosk.get("/kiosk/search?q=zzzz").text
    with database.transaction() as session:
        index_titles(session, [a_title(session, "Penetapan Jadwal (fiktif)", number="77 Tahun 2024", year=2024).id])
    assert "Nomor juga bisa: 77/2024." in kiosk.get("/kiosk/search?q=zzzz").text
    assert "Penetapan Jadwal (fiktif)" in kiosk.get("/kiosk/search?q=77/2024").text


def test_a_forged_code_is_refused_and_counted_and_a_mistyped_number_is_not(kiosk: Browser, database: Database, scan: Callable[[str], str]):
    with database.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))
        loan_id = loan.id
    forged = codes.make({1: b"another library's key"}, loan_id)
    assert "tidak dibuat oleh perpustakaan ini" in scan(forged)
    scan("2026-00001-0000")
    with database.reading() as session:
        assert session.scalars(sa.select(AuditEntry.deed).where(AuditEntry.deed == "forged slip shown")).all() == ["forged slip shown"]
