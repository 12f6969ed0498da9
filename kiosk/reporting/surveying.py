"""What people do with the satisfaction survey: an office opens a period of it, visitors answer, its result is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now, today
from foundation.errors import Refused
from foundation.office import office
from foundation.people import VISITOR, Actor, Role
from foundation.text import clean, t
from kiosk.ledger.forms import Form
from kiosk.reporting import satisfaction
from kiosk.reporting.satisfaction import SCALE, Grade, Index, grade, rounded
from kiosk.reporting.surveys import Answer, Survey

LONGEST_NAME, LONGEST_QUESTION = 60, 200
# the nine elements of the regulation (U1 to U9), with words of our own
ELEMENTS = [
    {"name": {"id": name, "en": english}, "question": {"id": question, "en": in_english}} for name, english, question, in_english in (
        ("Persyaratan", "Requirements", "Apakah persyaratan layanan mudah dipenuhi?", "Were the requirements easy to meet?"),
        ("Prosedur", "Procedure", "Apakah alur layanan mudah diikuti?", "Was the way through the service easy to follow?"),
        ("Waktu", "Time", "Apakah layanan diberikan dengan cepat?", "Was the service quick?"),
        ("Biaya", "Cost", "Apakah layanan bebas biaya, sesuai ketentuan?", "Was the service free of charge, as the rules say?"),
        ("Produk layanan", "Result", "Apakah Anda mendapat apa yang Anda cari?", "Did you get what you were looking for?"),
        ("Kompetensi petugas", "Competence", "Apakah petugas menguasai pekerjaannya?", "Did the officer know the work well?"),
        ("Perilaku petugas", "Conduct", "Apakah petugas sopan dan ramah?", "Was the officer polite and friendly?"),
        ("Sarana dan prasarana", "Facilities", "Apakah ruang dan peralatannya baik?", "Were the room and its equipment good?"),
        ("Pengaduan", "Complaints", "Apakah saran dan pengaduan ditangani dengan baik?", "Are suggestions and complaints handled well?"))]
WORDS = [(part, language) for part in ("name", "question") for language in ("id", "en")]


@dataclass(frozen=True)
class SurveyEntry:
    """A survey as a form says it; see kiosk.reporting.surveys.Survey."""

    name: str
    opens_on: date
    closes_on: date
    minimum: int
    elements: list[dict[str, Any]]


def read_survey(form: Mapping[str, str]) -> SurveyEntry:
    """The survey in `form`, its elements in the order that their `order_…` say. Raises Refused with a sentence for each field."""
    given = Form(form)
    name = given.text("name", 120, 3, t("Give the survey a name."))
    opens, closes = given.day("opens_on"), given.day("closes_on")
    for field, day in (("opens_on", opens), ("closes_on", closes)):
        if day is None:
            given.wrong.setdefault(field, t("Choose a day."))
    if opens and closes and closes < opens:
        given.wrong["closes_on"] = t("The last day lies before the first one.")
    minimum = given.number("minimum", 1, 100_000, t("Write a number from 1 to 100000."))
    if minimum is None:
        given.wrong.setdefault("minimum", t("Write a number from 1 to 100000."))
    elements = []
    for place in range(len(ELEMENTS)):
        order = given.number(f"order_{place}", 1, 99, t("Write a number from 1 to 99."))
        words: dict[str, dict[str, str]] = {"name": {}, "question": {}}
        for part, language in WORDS:
            longest = LONGEST_NAME if part == "name" else LONGEST_QUESTION
            words[part][language] = given.text(f"{part}_{language}_{place}", longest, 2, t("This may not be empty."))
        elements.append((order or place + 1, place, words))
    given.check(t("The survey cannot be saved like this."), t("Correct the marked fields."))
    return SurveyEntry(name, opens, closes, minimum, [words for *_, words in sorted(elements, key=lambda each: each[:2])])  # type: ignore[arg-type]


def as_form(survey: Survey | None, day: date) -> dict[str, str]:
    """The survey as its form has it; without one, a new survey of the month after `day`."""
    if survey:
        values = {"name": survey.name, "opens_on": survey.opens_on.isoformat(), "closes_on": survey.closes_on.isoformat(),
                  "minimum": str(survey.minimum)}
    else:
        values = {"name": "", "opens_on": day.isoformat(), "closes_on": (day + timedelta(30)).isoformat(), "minimum": "30"}
    for place, element in enumerate(survey.elements if survey else ELEMENTS):
        values[f"order_{place}"] = str(place + 1)
        values |= {f"{part}_{language}_{place}": element[part].get(language, "") for part, language in WORDS}
    return values


def save(session: Session, survey_id: int | None, entry: SurveyEntry, by: Actor) -> Survey:
    """Make a survey, or change one. Raises Refused when another one is open on one of its days; when answers exist already and the
    questions would be others than were answered, or an answer would lie outside; and when its result is published."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    survey = session.get_one(Survey, survey_id) if survey_id else Survey()
    if survey.published_at:
        raise Refused(t("The result of this survey is published."), t("Withdraw it first."))
    _check_days(session, survey_id, entry)
    if survey_id and number_of_answers(session, survey_id) and survey.elements != entry.elements:
        raise Refused(t("The survey has answers already, so its questions stay as they are."),
                      t("Change its name, days and minimum only, or make a new survey."))
    for field in ("name", "opens_on", "closes_on", "minimum", "elements"):
        setattr(survey, field, getattr(entry, field))
    session.add(survey)
    record(session, by, "survey changed" if survey_id else "survey made", survey, opens=entry.opens_on.isoformat(),
           closes=entry.closes_on.isoformat(), minimum=entry.minimum)
    return survey


def _check_days(session: Session, survey_id: int | None, entry: SurveyEntry) -> None:
    other = session.scalar(sa.select(Survey).where(Survey.id != (survey_id or 0), Survey.opens_on <= entry.closes_on,
                                                   Survey.closes_on >= entry.opens_on).limit(1))
    if other:
        raise Refused(t("On some of these days the survey “%(name)s” is open."), t("Choose other days: one survey at a time."),
                      name=other.name)
    outside = sa.select(sa.func.count()).where(Answer.survey_id == survey_id, ~Answer.day.between(entry.opens_on, entry.closes_on))
    if survey_id and session.scalar(outside):
        raise Refused(t("There are answers from days that would lie outside."), t("Choose days that include every answer."))


def open_on(session: Session, day: date) -> Survey | None:
    """The survey that is open on `day`."""
    return session.scalar(sa.select(Survey).where(Survey.opens_on <= day, Survey.closes_on >= day).order_by(Survey.id).limit(1))


def answer(session: Session, survey_id: int, nonce: str, scores: Sequence[int | None], by: Actor) -> Answer | None:
    """Keep what somebody answered, with nothing that says who, when on the day or where; None when every question was skipped. The same
    `nonce` is the same answer. Raises Refused when the survey has closed meanwhile."""
    by.must_be(VISITOR)
    known = session.scalar(sa.select(Answer).where(Answer.nonce == nonce))
    if known or not any(scores):
        return known
    survey, day = session.get_one(Survey, survey_id), today(office(session).time_zone)
    if not survey.opens_on <= day <= survey.closes_on or survey.published_at:
        raise Refused(t("The survey has just closed."), t("Thank you all the same."))
    if len(scores) != len(survey.elements) or not {score for score in scores if score is not None} <= set(SCALE):
        raise Refused(t("These answers do not belong to this survey."), t("Go back to the beginning."))
    given = Answer(survey_id=survey_id, nonce=nonce, day=day, scores=list(scores))
    session.add(given)
    return given


def number_of_answers(session: Session, survey_id: int) -> int:
    return session.scalar(sa.select(sa.func.count()).where(Answer.survey_id == survey_id)) or 0


class ResultRow(NamedTuple):
    """An element: its mean from 1 to 4 and its value from 25 to 100, rounded, and how many times each score from 1 to 4."""

    name: str
    mean: Decimal
    value: Decimal
    grade: Grade
    counts: Sequence[int]


@dataclass(frozen=True)
class Result:
    """What a survey says so far; it is shown only when there are `enough` respondents."""

    survey: Survey
    index: Index

    @property
    def enough(self) -> bool:
        return self.index.respondents >= self.survey.minimum and self.index.value is not None

    def rows(self, language: str) -> list[ResultRow]:
        """Its elements, named in `language`."""
        return [ResultRow(in_words(words["name"], language), rounded(element.mean), element.value, grade(element.value), element.counts)
                for words, element in zip(self.survey.elements, self.index.elements, strict=True)
                if element.mean is not None and element.value is not None]


def result(session: Session, survey: Survey) -> Result:
    """Of all its answers so far."""
    answers = session.scalars(sa.select(Answer.scores).where(Answer.survey_id == survey.id))
    return Result(survey, satisfaction.index(answers, len(survey.elements)))


def surveys(session: Session) -> list[Survey]:
    """Every survey, the latest first."""
    return list(session.scalars(sa.select(Survey).order_by(Survey.opens_on.desc())))


def published(session: Session) -> list[Survey]:
    """Those whose result everybody may read, the latest first."""
    return list(session.scalars(sa.select(Survey).where(Survey.published_at.is_not(None)).order_by(Survey.opens_on.desc())))


def publish(session: Session, survey_id: int, by: Actor) -> Survey:
    """Put the result on the public pages. Raises Refused before the last day is over, and below the minimum of respondents."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    survey = session.get_one(Survey, survey_id)
    if survey.closes_on >= today(office(session).time_zone):
        raise Refused(t("The survey is still open."), t("Publish its result when its last day is over."))
    found = result(session, survey)
    if not found.enough:
        raise Refused(t("There are not enough respondents: %(n)s of %(minimum)s."), t("Plan a longer survey next time."),
                      n=found.index.respondents, minimum=survey.minimum)
    if survey.published_at is None:
        survey.published_at = now()
        record(session, by, "survey published", survey, index=str(found.index.value))
    return survey


def withdraw(session: Session, survey_id: int, by: Actor) -> Survey:
    """Take the result off the public pages."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    survey = session.get_one(Survey, survey_id)
    if survey.published_at:
        survey.published_at = None
        record(session, by, "survey withdrawn", survey)
    return survey


def in_words(words: Mapping[str, str], language: str) -> str:
    """A name or a question of an element in `language`, or in the language that it has."""
    return clean(words.get(language) or words.get("id"), LONGEST_QUESTION)
