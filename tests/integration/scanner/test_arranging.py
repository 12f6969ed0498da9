"""Where pages stand: inserted, scanned again, fronts and backs by hand, half a sheet after a jam, and a stack that is split."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.database import Database
from foundation.errors import Refused
from foundation.people import Actor
from scanner.devices.port import Mode, Settings, Source
from scanner.devices.simulated import set_fault
from scanner.legal import particulars
from scanner.pages import arranging
from scanner.pages.arranging import Lie
from scanner.pages.batches import Purpose, RunState
from scanner.station import digitising
from scanner.workshop.processes import Workshop
from tests.integration.scanner.desk import DUPLEX, FEEDER, GLASS, LESTARI, Desk, separator

VISITOR = Actor("Tamu", frozenset({"visitor"}))
INSERT, REPLACE, FRONTS, BACKS = Purpose.INSERT, Purpose.REPLACE, Purpose.FRONTS, Purpose.BACKS


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture
def desk(database: Database, tmp_path: Path, workshop: Workshop) -> Desk:
    return Desk(database, tmp_path, workshop)


def refused(desk: Desk, use_case, *arguments) -> Refused:
    """The refusal; nothing of the batch has changed by it."""
    before = [(page.id, page.place, page.sheet, page.removed_at) for page in desk.pages()]
    with pytest.raises(Refused) as refusal:
        desk.do(use_case, *arguments)
    assert [(page.id, page.place, page.sheet, page.removed_at) for page in desk.pages()] == before
    return refusal.value


# --- inserted, and scanned again ----------------------------------------------------------------------------------------------------


def test_pages_are_inserted_before_a_page_in_the_order_in_which_they_come(desk):
    desk.scan("a", "b", "c")
    run = desk.scan("x", "y", purpose=INSERT, target=desk.page("b").id)
    assert (run.state, run.first) == (RunState.FINISHED, 4)
    assert desk.strip() == ["a", "x", "y", "b", "c"]
    assert [page.number for page in desk.pages()] == [1, 4, 5, 2, 3]
    assert desk.sheets() == {"a": 1, "x": 4, "y": 5, "b": 2, "c": 3}


def test_a_page_from_the_glass_is_inserted_among_pages_that_were_moved(desk):
    desk.scan("a", "b", "c")
    desk.do(arranging.move, desk.page("c").id, desk.page("a").id, LESTARI)
    desk.do(arranging.move, desk.page("a").id, None, LESTARI)
    desk.scan("x", settings=GLASS, purpose=INSERT, target=desk.page("c").id)
    assert desk.strip() == ["x", "c", "b", "a"]
    desk.scan("y", settings=GLASS, purpose=INSERT, target=desk.page("a").id)
    assert desk.strip() == ["x", "c", "b", "y", "a"]
    assert len({page.place for page in desk.pages()}) == 5


def test_pages_that_come_after_others_were_moved_stand_at_the_end_as_sheets_of_their_own(desk):
    desk.scan("a", "b", "c")
    desk.do(arranging.move, desk.page("c").id, desk.page("a").id, LESTARI)
    desk.do(arranging.remove, desk.page("b").id, LESTARI)
    desk.scan("d", "e")
    assert desk.strip() == ["c", "a", "d", "e"]
    assert [page.number for page in desk.pages()] == [3, 1, 2, 4, 5]
    assert desk.sheets() == {"c": 3, "a": 1, "d": 4, "e": 5}


def test_an_insertion_that_stopped_goes_on_where_it_was(desk):
    desk.scan("a", "b", "c")
    set_fault(desk.stack, "jam 5")
    run = desk.scan("x", "y", "z", purpose=INSERT, target=desk.page("c").id)
    assert (run.state, desk.strip()) == (RunState.STOPPED, ["a", "b", "x", "c"])
    desk.go_on("y", "z")
    assert desk.strip() == ["a", "b", "x", "y", "z", "c"]


def test_both_sides_of_inserted_sheets_are_one_sheet(desk):
    desk.scan("a", "b")
    desk.scan("x", "x back", "y", "y back", settings=DUPLEX, purpose=INSERT, target=desk.page("a").id)
    assert desk.strip() == ["x", "x back", "y", "y back", "a", "b"]
    sheets = desk.sheets()
    assert sheets["x"] == sheets["x back"] != sheets["y"] == sheets["y back"]
    assert desk.look().sheets == 4


def test_a_page_that_is_scanned_again_takes_the_place_and_the_sheet_of_the_old_one_which_can_be_put_back(desk):
    desk.scan("a", "a back", "b", "b back", settings=DUPLEX)
    desk.do(arranging.move, desk.page("b").id, desk.page("a").id, LESTARI)
    run = desk.scan("b better", "never taken", settings=DUPLEX, purpose=REPLACE, target=desk.page("b").id)
    assert run.state is RunState.FINISHED
    assert desk.strip() == ["b better", "a", "a back", "b back"]
    assert desk.sheets() == {"b better": 2, "a": 1, "a back": 1, "b back": 2}
    desk.do(arranging.put_back, desk.page("b").id, LESTARI)
    assert desk.strip() == ["b", "b better", "a", "a back", "b back"]
    assert desk.look().sheets == 2


def test_scanning_a_page_again_that_stops_changes_nothing_and_is_repeated_by_going_on(desk):
    desk.scan("a", "b", "c")
    set_fault(desk.stack, "jam 4")
    run = desk.scan("b better", purpose=REPLACE, target=desk.page("b").id)
    assert (run.state, run.trouble) == (RunState.STOPPED, "PaperJam")
    assert desk.strip() == ["a", "b", "c"]
    assert desk.look().half is None
    desk.go_on("b better", "never taken")
    assert desk.strip() == ["a", "b better", "c"]
    assert refused(desk, digitising.go_on, desk.batch, LESTARI).message == "That page is not in this batch."


def test_what_comes_after_a_page_that_was_scanned_again_is_scanned_as_the_stack_was(desk):
    desk.scan("a", "a back", settings=DUPLEX)
    desk.scan("a better", settings=GLASS, purpose=REPLACE, target=desk.page("a").id)
    assert desk.look().model.wanted == DUPLEX


def test_nothing_is_inserted_before_a_page_that_is_not_in_the_batch_or_was_removed(desk):
    desk.scan("a", "b")
    here, removed = desk.batch, desk.page("b").id
    desk.do(arranging.remove, removed, LESTARI)
    other = desk.open("Lain")
    desk.scan("x", batch=other)
    for purpose in (INSERT, REPLACE):
        for target in (desk.page("x", other).id, removed, 999, None):
            assert refused(desk, digitising.scan, here, FEEDER, LESTARI, purpose, target).message == "That page is not in this batch."


def test_a_page_whose_target_was_removed_meanwhile_still_has_its_place(desk):
    desk.scan("a", "b", "c")
    desk.lay(["x"])
    run = desk.do(digitising.scan, desk.batch, FEEDER, LESTARI, INSERT, desk.page("b").id)
    desk.do(arranging.remove, desk.page("b").id, LESTARI)
    assert desk.work(run).state is RunState.FINISHED
    assert desk.strip() == ["a", "x", "c"]


# --- half a sheet after a jam -------------------------------------------------------------------------------------------------------


def test_half_a_sheet_after_a_jam_is_removed_and_both_of_its_sides_come_again(desk):
    set_fault(desk.stack, "jam 4")
    desk.scan("a", "a back", "b", "b back", "c", "c back", settings=DUPLEX)
    half = desk.look().half
    assert desk.name(half) == "b"
    desk.go_on("b", "b back", "c", "c back", again=half.id)
    assert desk.strip() == ["a", "a back", "b", "b back", "c", "c back"]
    sheets = desk.sheets()
    assert [sheets[name] == sheets[f"{name} back"] for name in "abc"] == [True, True, True]
    assert (desk.look().sheets, desk.look().half) == (3, None)
    assert [desk.name(page) for page in desk.pages() if page.removed_at] == ["b"]
    desk.do(digitising.close, desk.batch, LESTARI)
    assert len(desk.pages()) == 6


def test_going_on_removes_no_page_of_another_batch(desk):
    set_fault(desk.stack, "jam 2")
    desk.scan("a", "b")
    other = desk.open("Lain")
    desk.scan("x", batch=other)
    desk.go_on("b", again=desk.page("x", other).id)
    assert (desk.strip(), desk.strip(other)) == (["a", "b"], ["x"])


# --- fronts, then backs -------------------------------------------------------------------------------------------------------------


def pile(desk: Desk, fronts: str = "1 2 3", backs: str = "3' 2' 1'") -> None:
    """Fronts and backs scanned, as the pile was turned over as one."""
    desk.scan(*fronts.split(), purpose=FRONTS)
    desk.scan(*backs.split(), purpose=BACKS)


def test_a_pile_that_is_turned_over_as_one_has_its_last_back_first(desk):
    pile(desk)
    assert desk.strip() == ["1", "2", "3", "3'", "2'", "1'"]
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.strip() == ["1", "1'", "2", "2'", "3", "3'"]
    assert desk.sheets() == {"1": 1, "1'": 1, "2": 2, "2'": 2, "3": 3, "3'": 3}
    assert desk.look().pile.reversed


def test_fronts_and_backs_go_the_other_way_round_afterwards_and_back(desk):
    pile(desk, backs="1' 2' 3'")
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.strip() == ["1", "3'", "2", "2'", "3", "1'"]
    desk.do(arranging.collate, desk.batch, Lie.SAME, LESTARI)
    assert desk.strip() == ["1", "1'", "2", "2'", "3", "3'"]
    assert (desk.look().pile.reversed, desk.sheets()["1'"]) == (False, 1)
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert (desk.strip(), desk.look().pile.reversed) == (["1", "3'", "2", "2'", "3", "1'"], True)


def test_fronts_that_jam_go_on_and_are_one_pile(desk):
    set_fault(desk.stack, "jam 3")
    assert desk.scan("1", "2", "3", purpose=FRONTS).state is RunState.STOPPED
    desk.go_on("3")
    set_fault(desk.stack, "jam 5")
    assert desk.scan("3'", "2'", "1'", purpose=BACKS, settings=DUPLEX).state is RunState.STOPPED
    desk.go_on("2'", "1'")
    assert len(desk.look().pile.fronts) == len(desk.look().pile.backs) == 3
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.strip() == ["1", "1'", "2", "2'", "3", "3'"]


def test_unequal_counts_are_refused_with_both_numbers_and_nothing_is_merged_or_dropped(desk):
    pile(desk, backs="3' 1'")
    for lie in (Lie.REVERSED, Lie.SAME):
        refusal = refused(desk, arranging.collate, desk.batch, lie, LESTARI)
        assert str(refusal) == "There are 3 fronts and 2 backs, so that nobody knows which belong together."
        assert refusal.details == {"fronts": 3, "backs": 2}
    assert not desk.look().pile.together


def test_unequal_fronts_and_backs_may_stay_apart_each_a_sheet_of_its_own(desk):
    pile(desk, backs="3' 1'")
    desk.do(arranging.collate, desk.batch, Lie.APART, LESTARI)
    assert desk.strip() == ["1", "2", "3", "3'", "1'"]
    assert desk.sheets() == {"1": 1, "2": 2, "3": 3, "3'": 4, "1'": 5}
    assert desk.look().pile is None
    desk.do(digitising.close, desk.batch, LESTARI)


def test_a_batch_is_not_closed_or_split_while_backs_wait_for_their_fronts(desk):
    pile(desk)
    desk.inspect()
    for use_case in (digitising.close, arranging.split):
        assert refused(desk, use_case, desk.batch, LESTARI).message == "The backs are not yet put to their fronts."
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    desk.do(digitising.close, desk.batch, LESTARI)


def test_a_pile_without_backs_can_be_left_as_it_is(desk):
    desk.scan("1", separator(), "2", purpose=FRONTS)
    desk.inspect()
    assert refused(desk, arranging.collate, desk.batch, Lie.REVERSED, LESTARI).message == "There are not yet fronts and backs."
    assert refused(desk, arranging.split, desk.batch, LESTARI).message == "The fronts still wait for their backs."
    desk.do(arranging.collate, desk.batch, Lie.APART, LESTARI)
    assert desk.look().pile is None
    assert len(desk.do(arranging.split, desk.batch, LESTARI)) == 2


def test_backs_need_fronts(desk):
    sentence = "There are no fronts that wait for their backs."
    desk.scan("a")
    assert refused(desk, digitising.scan, desk.batch, FEEDER, LESTARI, BACKS).message == sentence
    run = desk.do(digitising.scan, desk.batch, FEEDER, LESTARI, FRONTS)
    desk.do(digitising.cancel, run.id, LESTARI)
    assert refused(desk, digitising.scan, desk.batch, FEEDER, LESTARI, BACKS).message == sentence
    assert desk.look().pile is None


def test_a_second_pile_in_a_batch_leaves_the_first_as_it_is(desk):
    pile(desk, "1 2", "2' 1'")
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert refused(desk, digitising.scan, desk.batch, FEEDER, LESTARI, BACKS)
    pile(desk, "3 4 5", "5' 4' 3'")
    assert len(desk.look().pile.fronts) == 3
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.strip() == ["1", "1'", "2", "2'", "3", "3'", "4", "4'", "5", "5'"]
    assert desk.look().sheets == 5


def test_pages_that_were_removed_from_a_pile_do_not_count(desk):
    pile(desk, "1 2 2again 3", "3' 2' 1'")
    desk.do(arranging.remove, desk.page("2again").id, LESTARI)
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.strip() == ["1", "1'", "2", "2'", "3", "3'"]
    assert desk.look().sheets == 3


def test_a_pile_whose_fronts_are_all_removed_is_still_shown(desk):
    pile(desk, "1 2", "2' 1'")
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    for name in ("1", "2"):
        desk.do(arranging.remove, desk.page(name).id, LESTARI)
    assert desk.look().pile is None
    assert desk.look().sheets == 2


def test_a_page_of_a_pile_is_scanned_again_and_keeps_its_side_and_its_place_in_it(desk):
    pile(desk)
    desk.scan("2' better", purpose=REPLACE, target=desk.page("2'").id)
    desk.scan("1 better", settings=GLASS, purpose=REPLACE, target=desk.page("1").id)
    assert [len(side) for side in (desk.look().pile.fronts, desk.look().pile.backs)] == [3, 3]
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.strip() == ["1 better", "1'", "2", "2' better", "3", "3'"]
    desk.scan("3 better", purpose=REPLACE, target=desk.page("3").id)
    assert desk.look().pile.together
    assert refused(desk, digitising.scan, desk.batch, FEEDER, LESTARI, BACKS)
    desk.do(arranging.collate, desk.batch, Lie.SAME, LESTARI)
    assert desk.strip() == ["1 better", "3'", "2", "2' better", "3 better", "1'"]
    desk.do(digitising.close, desk.batch, LESTARI)


def test_what_is_missing_in_a_pile_is_inserted_on_its_side(desk):
    pile(desk, "1 3", "3' 1'")
    desk.scan("2", purpose=INSERT, target=desk.page("3").id)
    assert refused(desk, arranging.collate, desk.batch, Lie.REVERSED, LESTARI).details == {"fronts": 3, "backs": 2}
    desk.scan("2'", purpose=INSERT, target=desk.page("1'").id)
    assert desk.sheets()["2'"] is None
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.strip() == ["1", "1'", "2", "2'", "3", "3'"]
    desk.scan("loose", purpose=INSERT, target=desk.page("2").id)
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.strip() == ["1", "1'", "loose", "2", "2'", "3", "3'"]


def test_sheets_of_both_sides_are_compared_with_what_was_counted(desk):
    desk.do(digitising.describe, desk.batch, "Surat", 4, LESTARI)
    pile(desk)
    assert (desk.look().sheets, desk.look().missing) == (3, 1)  # backs are no sheets of their own
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    assert desk.look().missing == 1
    desk.scan("4", "4'", "5", "5'", settings=DUPLEX)
    assert (desk.look().sheets, desk.look().missing, desk.look().pile) == (5, -1, None)


# --- a stack that is split ----------------------------------------------------------------------------------------------------------


def product(desk: Desk, number: str = "7") -> int:
    said = {"type": "kpt", "number": number, "year": "2026", "title": "Penetapan jadwal (fiktif)"}
    return desk.do(particulars.register, said, LESTARI).id


def split(desk: Desk) -> list[int]:
    return [batch.id for batch in desk.do(arranging.split, desk.batch, LESTARI)]


def test_separator_sheets_make_a_batch_of_each_document(desk):
    decision = product(desk)
    desk.do(digitising.describe, desk.batch, "Tumpukan Maret", 6, LESTARI)
    desk.scan("a", "b", separator(decision), "c", separator(), "d", "e")
    desk.inspect()
    assert desk.look().parts == 3
    first, second, third = split(desk)
    assert first == desk.batch
    assert [desk.strip(batch) for batch in (first, second, third)] == [["a", "b"], ["c"], ["d", "e"]]
    assert [desk.named(batch).name for batch in (first, second, third)] == ["Tumpukan Maret", "", "Tumpukan Maret – 3"]
    assert [desk.named(batch).product_id for batch in (first, second, third)] == [None, decision, None]
    assert [desk.named(batch).expected_sheets for batch in (first, second, third)] == [None] * 3
    assert [page.place for page in desk.pages(third)] == [1, 2]
    assert [desk.name(page) for page in desk.pages() if page.removed_at] == [separator(decision), separator()]


def test_batches_of_a_split_stack_are_scanned_on_and_closed_and_no_number_comes_twice(desk):
    desk.scan("a", "b", separator(), "c", "d")
    desk.inspect()
    first, second = split(desk)
    for batch, sheet in ((second, "f"), (first, "x"), (second, "g")):
        assert desk.scan(sheet, batch=batch).state is RunState.FINISHED
    assert [desk.strip(batch) for batch in (first, second)] == [["a", "b", "x"], ["c", "d", "f", "g"]]
    assert [page.number for page in desk.pages(second)] == [4, 5, 6, 7]
    assert len(set(desk.sheets(second).values())) == 4
    for batch in (first, second):
        desk.do(digitising.close, batch, LESTARI)
        assert desk.named(batch).closed_at
    assert [page.number for page in desk.pages(first)] == [1, 2, 4]


@pytest.mark.parametrize(("stack", "documents"), [
    ("| a b | c", ["a b", "c"]), ("a | | b", ["a", "b"]), ("a | b |", ["a", "b"]), ("| a b", ["a b"]), ("| | a | | b | |", ["a", "b"])])
def test_separators_first_last_and_two_in_a_row_make_no_empty_document(desk, stack, documents):
    desk.scan(*(separator() if sheet == "|" else sheet for sheet in stack.split()))
    desk.inspect()
    assert desk.look().parts == len(documents)
    assert [" ".join(desk.strip(batch)) for batch in split(desk)] == documents


@pytest.mark.parametrize("stack", ["a b", "a b |"])
def test_a_stack_without_a_separator_before_a_page_is_not_split(desk, stack):
    desk.scan(*(separator() if sheet == "|" else sheet for sheet in stack.split()))
    desk.inspect()
    assert desk.look().parts == 0
    assert "no separator sheet" in refused(desk, arranging.split, desk.batch, LESTARI).message
    assert len(desk.strip()) == len(stack.split())


def test_the_only_document_of_a_stack_becomes_that_of_the_product_on_its_separator(desk):
    decision = product(desk)
    desk.scan(separator(decision), "a", "b")
    desk.inspect()
    assert split(desk) == [desk.batch]
    assert (desk.named(desk.batch).product_id, desk.named(desk.batch).name) == (decision, "")
    assert desk.strip() == ["a", "b"]


def test_the_back_of_a_separator_sheet_goes_with_it(desk):
    desk.scan("a", "a back", separator(), "blank", "b", "b back", settings=DUPLEX)
    desk.inspect()
    first, second = split(desk)
    assert [desk.strip(first), desk.strip(second)] == [["a", "a back"], ["b", "b back"]]
    assert [desk.name(page) for page in desk.pages(first) if page.removed_at] == [separator(), "blank"]


def test_separators_in_a_pile_that_is_turned_over_by_hand(desk):
    pile(desk, f"1 {separator()} 2 3", "3' 2' blank 1'")
    desk.inspect()
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    first, second = split(desk)
    assert [desk.strip(first), desk.strip(second)] == [["1", "1'"], ["2", "2'", "3", "3'"]]
    assert desk.look().pile is None  # its pages are two batches' now: they cannot be put the other way round any more
    assert refused(desk, arranging.collate, first, Lie.SAME, LESTARI).message == "There are not yet fronts and backs."


def test_pages_that_were_moved_or_removed_are_split_as_they_stand(desk):
    desk.scan("a", "b", separator(), "c", "d")
    desk.do(arranging.move, desk.page("a").id, None, LESTARI)
    desk.do(arranging.remove, desk.page("c").id, LESTARI)
    desk.inspect()
    first, second = split(desk)
    assert [desk.strip(first), desk.strip(second)] == [["b"], ["d", "a"]]
    assert desk.look(second).places == {desk.page("d", second).id: 1, desk.page("a", second).id: 2}
    desk.do(arranging.put_back, desk.page("c").id, LESTARI)
    assert desk.strip(first) == ["b", "c"]


def test_a_removed_separator_splits_nothing(desk):
    desk.scan("a", separator(), "b")
    desk.do(arranging.remove, desk.page(separator()).id, LESTARI)
    desk.inspect()
    assert refused(desk, arranging.split, desk.batch, LESTARI)


def test_a_stack_is_not_split_while_pages_are_looked_at_or_scanned(desk):
    desk.scan("a", separator(), "b")
    assert refused(desk, arranging.split, desk.batch, LESTARI).message == "The pages are still being looked at."
    desk.inspect()
    run = desk.do(digitising.scan, desk.batch, FEEDER, LESTARI)
    assert refused(desk, arranging.split, desk.batch, LESTARI).message == "This batch is being scanned just now."
    desk.do(digitising.cancel, run.id, LESTARI)
    assert len(split(desk)) == 2


def test_what_a_stopped_scan_still_owes_comes_to_the_last_document(desk):
    set_fault(desk.stack, "jam 5")
    desk.scan("a", separator(), "b", "c", "d", settings=Settings(Source.FEEDER, Mode.COLOR, 75, 105, 148))
    desk.inspect()
    first, second = split(desk)
    assert (desk.look(first).run, desk.look(second).run.state) == (None, RunState.STOPPED)
    assert desk.name(desk.look(second).last) == "c"
    desk.go_on("d", batch=second)
    assert [desk.strip(first), desk.strip(second)] == [["a"], ["b", "c", "d"]]


def test_a_separator_of_a_product_that_is_not_there_begins_a_document_without_one(desk):
    batch = desk.batch = desk.open("", product_id=product(desk))
    desk.scan("a", separator(999_999_999), "b")
    desk.inspect()
    _, second = split(desk)
    assert (desk.named(batch).name, desk.named(second).name, desk.named(second).product_id) == ("", "Tumpukan – 2", None)


def test_what_is_done_with_pages_and_batches_is_staffs(desk):
    desk.scan("a", separator(), "b")
    desk.inspect()
    for use_case, *arguments in ((arranging.split, desk.batch), (arranging.collate, desk.batch, Lie.APART), (digitising.go_on, desk.batch),
                                 (digitising.describe, desk.batch, "x", 1), (digitising.keep_profile, "x", FEEDER, False),
                                 (digitising.forget_profile, 1), (arranging.move, 1, None), (digitising.cancel, 1)):
        assert refused(desk, use_case, *arguments, VISITOR)


def test_a_back_that_is_put_back_after_its_pile_was_put_together_is_a_sheet_of_its_own(desk):
    pile(desk, "1 2", "3' 2' 1'")
    desk.do(arranging.remove, desk.page("3'").id, LESTARI)
    desk.do(arranging.collate, desk.batch, Lie.REVERSED, LESTARI)
    desk.do(arranging.put_back, desk.page("3'").id, LESTARI)
    assert desk.sheets()["3'"] == 3
    desk.do(digitising.close, desk.batch, LESTARI)
