"""The guest book, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.errors import Refused
from foundation.office import office
from kiosk.counter import desk
from kiosk.guests import visiting
from kiosk.ledger.visits import Category, HelpCall, Purpose, Rating, Visit, VisitState
from kiosk.reporting import periods, recaps
from tests.builders import OFFICER, a_guest, a_kiosk

GOOD = {"name": "Ratna Widyaningsih", "institution": "Umum", "category": "public", "purpose": "read"}


def test_a_tap_on_start_is_seen_and_the_signed_book_admits(database, clock):
    with database.transaction() as session:
        at = a_kiosk(session)
        visit = visiting.arrive(session, at, "id")
        assert visit.state is VisitState.ARRIVED
        visiting.sign(session, visit.id, visiting.read_entry(GOOD), at)
        assert (visit.state, visit.admitted_by, visit.category) == (VisitState.ADMITTED, "Loket", Category.PUBLIC)
        assert visit.keep_until == visit.day + timedelta(days=90)
        assert desk.look(session).here == [visit]


def test_where_the_officer_admits_the_guest_waits(database):
    with database.transaction() as session:
        office(session).officer_admits = True
        visit = a_guest(session, a_kiosk(session))
        assert visit.state is VisitState.SIGNED
        visiting.admit(session, visit.id, OFFICER)
        assert (visit.state, visit.admitted_by) == (VisitState.ADMITTED, "Sari Contoh")


def test_whoever_goes_before_writing_a_name_is_no_news_at_the_desk(database):
    with database.transaction() as session:
        at = a_kiosk(session)
        guest = a_guest(session, at)
        visiting.leave(session, visiting.arrive(session, at, "id").id, at)
        assert [news.name for news in desk.news(session)] == [guest.name]


def test_signing_twice_corrects_one_line_of_the_book(database):
    with database.transaction() as session:
        at = a_kiosk(session)
        visit = a_guest(session, at, name="Ratna Salah")
        visiting.sign(session, visit.id, visiting.read_entry(GOOD), at)
        assert visit.name == "Ratna Widyaningsih"
        assert session.scalar(sa.select(sa.func.count(Visit.id))) == 1


def test_a_visit_that_ended_is_not_signed_again(database):
    with database.transaction() as session:
        at = a_kiosk(session)
        visit = a_guest(session, at)
        assert visiting.leave(session, visit.id, at) is visiting.leave(session, visit.id, at)
        with pytest.raises(Refused, match="has ended"):
            visiting.sign(session, visit.id, visiting.read_entry(GOOD), at)


def test_at_closing_time_everybody_has_left_marked_as_estimated(database, clock):
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session))
        clock.shift(timedelta(hours=7))
        late = a_guest(session, a_kiosk(session))
    clock.shift(timedelta(minutes=1))
    with database.transaction() as session:
        assert visiting.close_visits(session, before=late.arrived_at) == 1
        seen = session.get_one(Visit, visit.id)
        assert (seen.state, seen.left_estimated) == (VisitState.LEFT, True)
        assert session.get_one(Visit, late.id).state is VisitState.ADMITTED  # who comes after it is not sent away


def test_tapping_help_twice_is_one_call(database):
    with database.transaction() as session:
        at = a_kiosk(session)
        call = visiting.call_for_help(session, at)
        session.flush()
        assert visiting.call_for_help(session, at) is call
        visiting.answer_help(session, call.id, OFFICER)
        assert session.scalars(sa.select(HelpCall).where(HelpCall.answered_at.is_(None))).all() == []


def test_a_rating_is_one_tap_linked_to_nobody(database):
    with database.transaction() as session:
        at = a_kiosk(session)
        visiting.rate(session, 4, at)
        with pytest.raises(Refused):
            visiting.rate(session, 5, at)
        assert {column.name for column in Rating.__table__.columns} == {"id", "day", "score", "station_id"}


def test_institutions_are_suggested_by_the_beginning_of_any_word_and_names_never(database):
    with database.transaction() as session:
        at = a_kiosk(session)
        for name, institution in (("Nuri", "Universitas Nusa Raya"), ("Ani", "Universitas Nusa Raya"), ("Budi", "SMA Nuri Bangsa")):
            a_guest(session, at, name=name, institution=institution)
        session.flush()
        assert visiting.suggest_institutions(session, "nu") == ["Universitas Nusa Raya", "SMA Nuri Bangsa"]
        assert visiting.suggest_institutions(session, "UNIV") == ["Universitas Nusa Raya"]
        assert visiting.suggest_institutions(session, "ani") == []
        assert visiting.suggest_institutions(session, "%%") == []


@pytest.mark.parametrize(("change", "field"), [
    ({"name": ""}, "name"), ({"name": "x" * 1_000_000}, "name"), ({"name": "12345"}, "name"), ({"name": "\x00\x1b\u202e"}, "name"),
    ({"institution": ""}, "institution"), ({"category": "king"}, "category"), ({"purpose": ""}, "purpose"),
    ({"people": "0"}, "people"), ({"people": "tujuh"}, "people"), ({"people": "501"}, "people"), ({"people": "²"}, "people"),
    ({"people": "3", "women": "2", "men": "2"}, "people"), ({"contact": "0" * 200}, "contact")])
def test_what_cannot_be_used_is_said_at_its_field(change, field):
    with pytest.raises(Refused) as refusal:
        visiting.read_entry({**GOOD, **change})
    assert list(refusal.value.fields) == [field]
    assert refusal.value.status == 422


@pytest.mark.parametrize("name", ["Ani 🙂", "محمد", "<script>alert(1)</script>", "O’Neil-Sitorus", "Ni Luh"])
def test_names_are_kept_as_people_write_them(name):
    assert visiting.read_entry({**GOOD, "name": name}).name == name


def test_control_and_direction_marks_are_taken_out_of_a_name():
    assert visiting.read_entry({**GOOD, "name": " Ra\x1btna\u202e \t Widya\x00 "}).name == "Ratna Widya"


def test_a_group_is_one_entry_with_its_leader():
    entry = visiting.read_entry({**GOOD, "people": "40", "women": "25", "men": "15"})
    assert (entry.people, entry.women, entry.men, entry.purpose) == (40, 25, 15, Purpose.READ)


def test_the_officer_corrects_a_head_count_and_the_figures_follow(database, clock):
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session), people=40)
        count = visiting.read_count({"people": "38", "women": "21", "men": "17"})
        visiting.recount(session, visit.id, count, OFFICER)
        visits = recaps.recap(session, periods.around(visit.day, periods.Span.MONTH)).tables[recaps.About.VISITS]
        assert visits.total[-3:] == (1, 38, 1)
        assert (visit.women, visit.men) == (21, 17)
        said = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "visit recounted")).one()
        assert (said.details["was"], said.details["people"]) == (40, 38)
        visiting.leave(session, visit.id, OFFICER)
        visiting.recount(session, visit.id, visiting.HeadCount(39), OFFICER)
        clock.move_to(now() + timedelta(days=1))
        with pytest.raises(Refused):
            visiting.recount(session, visit.id, count, OFFICER)
        assert (visit.people, visit.women) == (39, None)


@pytest.mark.parametrize("typed", [{}, {"people": "0"}, {"people": "501"}, {"people": "3", "women": "2", "men": "2"}])
def test_a_head_count_that_cannot_be_is_refused_at_its_field(typed):
    with pytest.raises(Refused) as refused:
        visiting.read_count(typed)
    assert set(refused.value.fields) == {"people"}
