"""The satisfaction survey: opened, answered without a name, judged when there are enough, published when it is over."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from foundation.errors import Refused
from kiosk.reporting import surveying
from kiosk.reporting.satisfaction import Grade
from kiosk.reporting.surveying import ELEMENTS, as_form, read_survey
from kiosk.reporting.surveys import Answer
from tests.builders import OFFICER, a_kiosk, a_survey

DAY = date(2026, 3, 10)  # on which the clock of the tests stands
GOOD = [3, 3, 4, 3, 3, 3, 3, 4, 3]


def an_entry(**other: str) -> surveying.SurveyEntry:
    return read_survey({**as_form(None, DAY), "name": "Semester 1", **other})


def test_a_survey_that_nobody_changed_has_the_nine_elements_of_the_regulation():
    entry = an_entry()
    assert entry.elements == ELEMENTS
    assert (len(entry.elements), entry.minimum, entry.opens_on, entry.closes_on) == (9, 30, DAY, DAY + timedelta(30))


def test_the_office_may_reword_the_questions_and_put_them_into_another_order():
    entry = an_entry(order_8="1", order_0="9", question_id_8="Apakah keluhan Anda dijawab?")
    names = [element["name"]["id"] for element in entry.elements]
    assert (names[0], names[1], names[-1]) == ("Pengaduan", "Prosedur", "Persyaratan")
    assert entry.elements[0]["question"]["id"] == "Apakah keluhan Anda dijawab?"


@pytest.mark.parametrize(("field", "given"), [
    ("name", ""), ("opens_on", ""), ("closes_on", "2026-03-09"), ("minimum", "0"), ("minimum", ""), ("order_3", "x"), ("question_id_2", ""),
    ("name_en_4", "x" * 61)])
def test_a_form_that_cannot_be_a_survey_says_which_field_is_wrong(field, given):
    with pytest.raises(Refused) as refused:
        an_entry(**{field: given})
    assert list(refused.value.fields) == [field]


def test_only_one_survey_is_open_on_a_day(database, clock):
    with database.transaction() as session:
        first = surveying.save(session, None, an_entry(), OFFICER)
    with pytest.raises(Refused, match="is open"), database.transaction() as session:
        surveying.save(session, None, an_entry(opens_on="2026-04-09", closes_on="2026-05-09"), OFFICER)
    with database.transaction() as session:
        surveying.save(session, None, an_entry(opens_on="2026-04-10", closes_on="2026-05-09"), OFFICER)
        assert surveying.open_on(session, DAY).id == first.id
        assert surveying.open_on(session, DAY - timedelta(1)) is None


def test_questions_stay_as_they_are_once_somebody_has_answered(database, clock):
    with database.transaction() as session:
        survey = a_survey(session, DAY, answers=[GOOD])
        session.flush()
        entry = {**as_form(survey, DAY), "minimum": "5"}
        assert surveying.save(session, survey.id, read_survey(entry), OFFICER).minimum == 5
    for wrong in ({"question_id_0": "Apakah lain?"}, {"closes_on": "2026-03-09"}):
        with pytest.raises(Refused), database.transaction() as session:
            surveying.save(session, survey.id, read_survey({**entry, **wrong}), OFFICER)


def test_the_same_tap_is_one_answer_and_nothing_says_whose(database, clock):
    with database.transaction() as session:
        survey, kiosk = a_survey(session, DAY), a_kiosk(session)
    for _ in range(2):
        with database.transaction() as session:
            surveying.answer(session, survey.id, "nonce", GOOD, kiosk)
    with database.reading() as session:
        given = session.scalars(sa.select(Answer)).one()
        assert (given.scores, given.day) == (GOOD, DAY)
    assert {column.name for column in Answer.__table__.c} == {"id", "survey_id", "nonce", "day", "scores"}


def test_an_answer_with_nothing_in_it_is_not_kept_and_a_part_is(database, clock):
    with database.transaction() as session:
        survey, kiosk = a_survey(session, DAY, minimum=1), a_kiosk(session)
        assert surveying.answer(session, survey.id, "a", [None] * 9, kiosk) is None
        surveying.answer(session, survey.id, "b", [4, *[None] * 8], kiosk)
        surveying.answer(session, survey.id, "c", [2] * 9, kiosk)
        found = surveying.result(session, survey)
    assert (found.index.respondents, found.index.partial) == (1, 1)
    assert found.index.elements[0].answers == 2
    assert found.rows("id")[0][:3] == ("Persyaratan", Decimal("3.00"), Decimal("75.00"))
    assert found.rows("en")[1].name == "Procedure"


@pytest.mark.parametrize("scores", [[5, *[3] * 8], [3] * 8, [0, *[3] * 8]])
def test_scores_that_no_face_stands_for_are_refused(database, clock, scores):
    with pytest.raises(Refused), database.transaction() as session:
        surveying.answer(session, a_survey(session, DAY).id, "n", scores, a_kiosk(session))


def test_a_survey_that_has_closed_takes_no_answer(database, clock):
    with database.transaction() as session:
        survey, kiosk = a_survey(session, DAY, days=2), a_kiosk(session)
    clock.shift(timedelta(days=3))
    with pytest.raises(Refused, match="just closed"), database.transaction() as session:
        surveying.answer(session, survey.id, "n", GOOD, kiosk)


def test_a_result_is_published_when_the_survey_is_over_and_enough_have_answered(database, clock):
    with database.transaction() as session:
        survey = a_survey(session, DAY, days=2, minimum=3, answers=[GOOD, GOOD])
    with pytest.raises(Refused, match="still open"), database.transaction() as session:
        surveying.publish(session, survey.id, OFFICER)
    clock.shift(timedelta(days=3))
    with pytest.raises(Refused, match="2 of 3"), database.transaction() as session:
        surveying.publish(session, survey.id, OFFICER)
    with database.transaction() as session:
        session.add(Answer(survey_id=survey.id, nonce="x", day=DAY, scores=GOOD))
    with database.transaction() as session:
        surveying.publish(session, survey.id, OFFICER)
        found = surveying.result(session, surveying.published(session)[0])
        assert (found.enough, found.index.value, found.index.grade) == (True, Decimal("80.56"), Grade.B)
    with pytest.raises(Refused, match="is published"), database.transaction() as session:
        surveying.save(session, survey.id, read_survey(as_form(survey, DAY)), OFFICER)
    with database.transaction() as session:
        surveying.withdraw(session, survey.id, OFFICER)
        assert surveying.published(session) == []
