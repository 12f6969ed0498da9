"""The satisfaction survey over HTTP: at the kiosk after the one-tap rating, at the desk, and on the public page."""

import io
from datetime import timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import today
from foundation.database import Database
from kiosk.ledger.visits import Rating
from kiosk.reporting.surveying import as_form
from kiosk.reporting.surveys import Answer, Survey
from tests import pdf
from tests.builders import a_survey
from tests.integration.webui.conftest import Browser

pytestmark = pytest.mark.one_database  # what is asked of the database is tested where it is asked, on both

DAY = today("Asia/Jakarta")
GOOD = [3, 3, 4, 3, 3, 3, 3, 4, 3]


@pytest.fixture
def kiosk(kiosk: Browser) -> Browser:
    """On its thank-you."""
    go_home(kiosk)
    return kiosk


def go_home(kiosk: Browser) -> None:
    """To the thank-you, with the token of a session of its own."""
    kiosk.get("/kiosk")
    kiosk.follow(kiosk.post("/kiosk/finish", going="home"))


def survey(database: Database, **more: object) -> int:
    with database.transaction() as session:
        return a_survey(session, DAY, **more).id


def answers(database: Database) -> list[list[int | None]]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Answer.scores).order_by(Answer.id)))


def test_the_rating_comes_first_and_then_the_survey_where_one_is_open(database: Database, kiosk: Browser) -> None:
    assert kiosk.post("/kiosk/rate", score=4).location == "/kiosk"
    survey(database)
    go_home(kiosk)
    offered = kiosk.follow(kiosk.post("/kiosk/rate", score=3))
    assert "Isi survei (1 menit)" in offered.text
    assert "Bagaimana pelayanan" not in offered.text
    kiosk.post("/kiosk/rate", score=1)
    with database.reading() as session:
        assert list(session.scalars(sa.select(Rating.score).order_by(Rating.id))) == [4, 3]


def test_nine_questions_are_answered_with_skip_and_back_and_a_double_tap_harms_nothing(database: Database, kiosk: Browser) -> None:
    survey(database)
    kiosk.post("/kiosk/rate", score=4)
    page = kiosk.follow(kiosk.post("/kiosk/survey/begin"))
    assert "Pertanyaan 1 dari 9" in page.text
    assert 'value="back"' not in page.text
    for question in (0, 0, 0):
        page = kiosk.follow(kiosk.post("/kiosk/survey", question=question, score=4))
    assert "Pertanyaan 2 dari 9" in page.text
    page = kiosk.follow(kiosk.post("/kiosk/survey", question=1, do="back"))
    assert 'value="4" aria-pressed="true"' in page.text
    kiosk.post("/kiosk/survey", question=0, score=2)
    kiosk.post("/kiosk/survey", question=1, do="skip")
    kiosk.post("/kiosk/survey", question=2, score=9)
    for question in range(3, 9):
        page = kiosk.post("/kiosk/survey", question=question, score=3)
    assert answers(database) == [[2, None, None, 3, 3, 3, 3, 3, 3]]
    thanks = kiosk.follow(page)
    assert "Jawaban Anda membantu" in thanks.text
    assert "Isi survei" not in thanks.text
    assert kiosk.get("/kiosk/survey").location == "/kiosk/thanks"
    assert len(answers(database)) == 1


def test_whoever_stops_leaves_what_was_answered_and_who_walks_away_leaves_nothing(database: Database, kiosk: Browser) -> None:
    survey(database)
    kiosk.post("/kiosk/survey/begin")
    kiosk.post("/kiosk/survey", question=0, score=1)
    kiosk.post("/kiosk/survey", question=1, do="stop")
    assert answers(database) == [[1, *[None] * 8]]
    go_home(kiosk)
    kiosk.post("/kiosk/survey/begin")
    kiosk.post("/kiosk/survey", question=0, score=1)
    kiosk.post("/kiosk/wipe")
    assert kiosk.get("/kiosk/survey").location == "/kiosk/thanks"
    assert len(answers(database)) == 1


def test_a_survey_cannot_be_filled_in_without_having_been_here(database: Database, kiosk: Browser) -> None:
    survey(database)
    kiosk.post("/kiosk/wipe")
    kiosk.get("/kiosk")
    assert kiosk.get("/kiosk/survey").status_code == 303
    kiosk.post("/kiosk/survey/begin")
    kiosk.post("/kiosk/survey", question=0, score=4)
    assert answers(database) == []


def test_the_questions_are_asked_in_the_language_of_the_screen(database: Database, kiosk: Browser) -> None:
    survey(database)
    kiosk.post("/kiosk/look", language="en")
    assert "Were the requirements easy to meet?" in kiosk.follow(kiosk.post("/kiosk/survey/begin")).text


def test_a_survey_is_made_changed_judged_and_published_at_the_desk(database: Database, officer: Browser) -> None:
    form = {**as_form(None, DAY), "name": "Semester 1 (contoh)", "minimum": "3"}
    assert "Beri nama survei ini." in officer.post("/desk/survey/new", **{**form, "name": ""}).text
    page = officer.follow(officer.post("/desk/survey/new", **form))
    assert "Belum cukup responden." in page.text
    with database.transaction() as session:
        made = session.scalars(sa.select(Survey)).one()
        session.add_all([Answer(survey_id=made.id, nonce=f"{n}", day=DAY, scores=GOOD) for n in range(3)])
    page = officer.get(f"/desk/survey/{made.id}").text
    assert "80,56" in page
    assert "B · Baik" in page
    assert officer.post(f"/desk/survey/{made.id}/publish").status_code == 409
    with database.transaction() as session:
        session.get_one(Survey, made.id).closes_on = DAY - timedelta(1)
    assert "Umumkan hasil" in officer.get(f"/desk/survey/{made.id}").text
    officer.follow(officer.post(f"/desk/survey/{made.id}/publish"))
    assert "80,56" in officer.get("/survei").text
    assert "80.56" in officer.get(f"/survei/{made.id}?lang=en").text
    officer.post(f"/desk/survey/{made.id}/withdraw")
    assert officer.get(f"/survei/{made.id}").status_code == 404
    with database.reading() as session:
        deeds = list(session.scalars(sa.select(AuditEntry.deed).where(AuditEntry.subject == f"survey:{made.id}").order_by(AuditEntry.id)))
    assert deeds == ["survey made", "survey published", "survey withdrawn"]


def test_the_result_leaves_as_pdf_and_as_a_workbook_with_a_chart(database: Database, officer: Browser) -> None:
    number = survey(database, answers=[GOOD] * 3)
    text = pdf.text(officer.get(f"/desk/survey/{number}.pdf").data)
    for words in ("Indeks Kepuasan Masyarakat (SKM)", "80,56", "U9 Pengaduan"):
        assert words in text, words
    book = openpyxl.load_workbook(io.BytesIO(officer.get(f"/desk/survey/{number}.xlsx").data))
    assert [len(sheet._charts) for sheet in book] == [0, 1]
    assert book.worksheets[0]["B6"].value == 80.56
    few = openpyxl.load_workbook(io.BytesIO(officer.get(f"/desk/survey/{survey(database, days=1, minimum=9)}.xlsx").data))
    assert few.sheetnames == ["Ringkasan"]


def test_questions_with_answers_are_shown_and_not_changed(database: Database, officer: Browser) -> None:
    number = survey(database, answers=[GOOD])
    assert "readonly" in officer.get(f"/desk/survey/{number}/edit").text
    with database.reading() as session:
        form = as_form(session.get_one(Survey, number), DAY)
    refused = officer.post(f"/desk/survey/{number}/edit", **{**form, "name_id_0": "Lain"})
    assert refused.status_code == 409
    assert "Survei sudah dijawab" in refused.text
    assert "Lain" in refused.text
    assert officer.get("/desk/survey/99").status_code == 404
    assert officer.get("/desk/survey/99/edit").status_code == 404


def test_the_public_page_says_when_nothing_is_published_and_remembers_nobody(anybody: Browser, database: Database) -> None:
    survey(database, answers=[GOOD] * 5)
    answer = anybody.get("/survei")
    assert "Belum ada hasil survei yang diumumkan." in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "public" in answer.headers["Cache-Control"]
    assert anybody.get("/survei/1").status_code == 404
