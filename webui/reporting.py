"""A report in the words of a screen: its tables as rows of text and counts, for the page, the PDF and the spreadsheet alike."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from markupsafe import Markup

from foundation.text import t, written
from kiosk.ledger.loans import Loan
from kiosk.ledger.visits import Visit
from kiosk.reporting.periods import Period, Span
from kiosk.reporting.recaps import About, Label, Recap, Rest, Table
from kiosk.reporting.reports import DayBook
from kiosk.reporting.surveying import Result
from webui import charts
from webui.language import current, decimal, in_zone, say
from webui.spreadsheets import Cell, Sheet

TITLES = {
    About.VISITS: t("Visits"), About.LOANS: t("Loans and readings"), About.PURPOSES: t("Purposes of the visits"),
    About.INSTITUTIONS: t("Institutions"), About.WEEKDAYS: t("Days of the week"), About.HOURS: t("Hours of arrival"),
    About.LENT: t("Lent most"), About.READ: t("Read most"), About.RATINGS: t("Satisfaction at leaving")}
ROWS = {
    About.PURPOSES: t("Purpose"), About.INSTITUTIONS: t("Institution"), About.WEEKDAYS: t("Day of the week"), About.HOURS: t("Hour"),
    About.LENT: t("Title"), About.READ: t("Title"), About.RATINGS: t("Answer")}
DRAWN = {About.VISITS: (-3,), About.LOANS: (1, 2, 4)}  # the columns of a chart; of others the first one
SCORES = {4: t("Very good"), 3: t("Good"), 2: t("Fair"), 1: t("Poor")}
LYING = {About.PURPOSES, About.INSTITUTIONS, About.RATINGS}
RANKED = {About.LENT, About.READ}  # whose names are too long for a chart, and which say it all in their order
SMALL = {About.PURPOSES, About.WEEKDAYS, About.HOURS, About.RATINGS}
MONDAY = date(2024, 1, 1)


@dataclass(frozen=True)
class Shown:
    """A table in words; `narrow` has the short names under standing bars, `named` counts the rows before that of all others."""

    about: About
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell]
    narrow: Sequence[str]
    named: int

    @property
    def drawn(self) -> Sequence[int]:
        """The columns of its chart, counted from 0, the names being the first; none where there is no chart."""
        if self.about in RANKED:
            return []
        return [x % (len(self.head) - 1) + 1 for x in DRAWN.get(self.about, (0,))]

    @property
    def chart(self) -> Markup:
        title = say(t("Chart: %(title)s. The table beside it has the same numbers."), title=self.title)
        if not self.drawn:
            return Markup("")
        if self.about in LYING:
            wide = charts.HALF if self.beside else charts.WIDTH
            rows = self.rows[:self.named]
            return charts.lying(title, [str(row[0]) for row in rows], [row[1] for row in rows], width=wide)  # type: ignore[misc]
        return charts.standing(title, self.narrow, [(self.head[x], [row[x] for row in self.rows]) for x in self.drawn],  # type: ignore[misc]
                               charts.HALF if self.beside else charts.WIDTH)

    @property
    def beside(self) -> bool:
        """Whether the chart has room beside the table."""
        return self.about in SMALL

    @property
    def empty(self) -> bool:
        return not any(self.total[1:])


def shown(table: Table, period: Period) -> Shown:
    """`table` of a recap of `period`."""
    heading = ROWS.get(table.about) or {None: t("Day"), Span.MONTH: t("Month"), Span.YEAR: t("Year")}[period.by]
    name = {About.WEEKDAYS: _weekday, About.HOURS: _hour, About.RATINGS: _score}.get(table.about, lambda label: _label(label, period))
    return Shown(table.about, say(TITLES[table.about]), [say(heading), *(_column(word) for word in table.columns)],
                 [[name(label), *counts] for label, counts in table.rows], [say(t("Total")), *table.total],
                 [_narrow(table.about, label, period) for label, _ in table.rows],
                 sum(label is not Rest.OTHERS for label, _ in table.rows))


def _column(word: str) -> str:
    said = say(str(word))
    return said[:1].upper() + said[1:]


def _label(label: Label, period: Period) -> str:
    if isinstance(label, date):
        return written(label, current(), {None: "EEE, d MMM", Span.MONTH: "MMMM y", Span.YEAR: "y"}[period.by])
    return _column(label) if isinstance(label, StrEnum) else str(label)


def _weekday(label: Label, pattern: str = "EEEE") -> str:
    return written(MONDAY + timedelta(int(label)), current(), pattern)  # type: ignore[arg-type]


def _hour(label: Label) -> str:
    mark = "." if current() == "id" else ":"
    return f"{label:02}{mark}00–{label:02}{mark}59"


def _score(label: Label) -> str:
    return say(SCORES[int(label)])  # type: ignore[arg-type]


def _narrow(about: About, label: Label, period: Period) -> str:
    if about is About.WEEKDAYS:
        return _weekday(label, "EEE")
    if about is About.HOURS:
        return f"{label:02}"
    return written(label, current(), {None: "d", Span.MONTH: "MMM", Span.YEAR: "y"}[period.by]) if isinstance(label, date) else ""


def period_name(period: Period) -> str:
    """Maret 2026, Triwulan 1 Tahun 2026, Tahun 2026, Tahun 2017–2026."""
    year = period.first.year
    match period.span:
        case Span.MONTH:
            return written(period.first, current(), "MMMM y")
        case Span.QUARTER:
            return say(t("Quarter %(number)s of %(year)s"), number=period.number, year=year)
        case Span.HALF:
            return say(t("Half-year %(number)s of %(year)s"), number=period.number, year=year)
        case _:
            return say(t("Year %(year)s"), year=f"{year}–{period.last.year}" if period.last.year > year else year)


def figures(recap: Recap) -> list[tuple[str, Cell]]:
    """What stands above everything else: a word and its number."""
    *_, visits, people, different = recap.tables[About.VISITS].total
    _, lent, returned, _, read = recap.tables[About.LOANS].total
    said: list[tuple[str, Cell]] = [
        (t("visits"), visits), (t("people"), people), (t("different visitors"), different), (t("copies lent"), lent),
        (t("copies returned"), returned), (t("copies overdue"), recap.overdue), (t("read here"), read)]
    if recap.rating is not None:
        said.append((t("satisfaction, of 4"), round(float(recap.rating), 2)))
    return [(say(word), value) for word, value in said]


def sheets(recap: Recap) -> list[Sheet]:
    """The recap as a workbook: its figures, then each table with its chart."""
    first = Sheet(say(t("Summary")), [say(t("Activity report of the library")), period_name(recap.period)], figures(recap))
    return [first, *(Sheet(each.title, each.head, each.rows, each.total, each.drawn, each.about in LYING)
                     for each in (shown(table, recap.period) for table in recap.tables.values()))]


def visit_list(visits: Iterable[Visit]) -> Sheet:
    """Lines of the guest book, a row for each; who was forgotten has no name."""
    head = (t("No."), t("Day"), t("In"), t("Out"), t("Name"), t("Group or class"), t("Institution"), t("Category"), t("Purpose"),
            t("Remark"), t("People"), t("Women"), t("Men"))
    rows = [[number, visit.day, _clock(visit.arrived_at), _clock(visit.left_at) + ("*" if visit.left_estimated else ""), visit.name,
             visit.group_name, visit.institution, _column(visit.category or ""), _column(visit.purpose or ""), visit.purpose_text,
             visit.people, visit.women, visit.men] for number, visit in enumerate(visits, 1)]
    return Sheet(say(t("Guest book")), [say(word) for word in head], rows)


def _clock(moment: datetime | None) -> str:
    return f"{in_zone(moment):%H:%M}" if moment else ""


def day_sheets(book: DayBook, number: Callable[[Loan], str]) -> list[Sheet]:
    """The day book as a workbook; `number` says how a loan is called."""
    def sheet(name: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Sheet:
        return Sheet(say(name), [say(word) for word in head], rows)
    lent = [[number(loan), loan.visit.name, item.copy.title.title, item.copy.code, loan.due_on, loan.handed_over_by]
            for loan in book.loans for item in loan.items]
    returned = [[_clock(item.closed_at), item.loan.visit.name, item.copy.title.title, item.copy.code, item.condition, item.received_by]
                for item in book.returned]
    read = [[_clock(reading.began_at), _clock(reading.ended_at), reading.copy.title.title, reading.copy.code] for reading in book.readings]
    return [visit_list(book.visits),
            sheet(t("Lent"), (t("Number"), t("Borrower"), t("Title"), t("Copy"), t("Due"), t("Officer")), lent),
            sheet(t("Returned"), (t("Time"), t("Borrower"), t("Title"), t("Copy"), t("Condition"), t("Taken by")), returned),
            sheet(t("Read here"), (t("From"), t("To"), t("Title"), t("Copy")), read)]


def survey_chart(result: Result) -> Markup:
    title = say(t("Chart: %(title)s. The table beside it has the same numbers."), title=say(t("Value of each element, of 100")))
    rows = result.rows(current())
    return charts.lying(title, [row.name for row in rows], [float(row.value) for row in rows], [decimal(row.value) for row in rows])


def survey_sheets(result: Result) -> list[Sheet]:
    """The result as a workbook; its figures alone while there are too few respondents."""
    survey, index = result.survey, result.index
    figures: list[Sequence[Cell]] = [[say(t("From")), survey.opens_on], [say(t("Until")), survey.closes_on],
                                     [say(t("Respondents")), index.respondents], [say(t("Partly filled in")), index.partial]]
    head = [say(t("Satisfaction survey")), survey.name]
    if not result.enough:
        return [Sheet(say(t("Summary")), head, [*figures, [say(t("Not enough respondents yet."))]])]
    figures += [[say(t("Index (SKM)")), float(index.value or 0)], [say(t("Grade")), str(index.grade)]]
    columns = [say(word) for word in (t("Element"), t("Value"), t("Mean"), t("Grade"), t("Answers"), "1", "2", "3", "4")]
    rows = [[row.name, float(row.value), float(row.mean), str(row.grade), sum(row.counts), *row.counts] for row in result.rows(current())]
    return [Sheet(say(t("Summary")), head, figures), Sheet(say(t("The elements")), columns, rows, charted=(1,), lying=True)]


def lines(sheets: Sequence[Sheet]) -> list[Sequence[Cell]]:
    """The same as one table; of several sheets each has its name above it and an empty line before it."""
    rows: list[Sequence[Cell]] = []
    for sheet in sheets:
        rows += [*([[], [sheet.name]] if len(sheets) > 1 else []), sheet.head, *sheet.rows, *([sheet.total] if sheet.total else [])]
    return rows[len(sheets) > 1:]
