"""The board's queries on both databases: whose turn it is, what is late, and what somebody means who types a number."""

from datetime import date, timedelta

import pytest

from foundation.database import Database
from foundation.people import Actor, Role
from scanner.legal.products import Product, S
from scanner.procedure import board, dossier, procedure
from scanner.procedure.board import Wanted
from tests.integration.scanner.test_procedure import BAYU, HEAD, LESTARI, OTHER_SHA, SAID, SUBHEAD, UNIT, Desk

TODAY = date(2026, 11, 22)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def look(desk: Desk, by: Actor, today: date = TODAY, **wanted: object) -> board.Board:
    return desk.see(lambda session: board.look(session, Wanted(**wanted), by, today))


def mine(desk: Desk, by: Actor) -> list[int]:
    return [card.product.id for card in look(desk, by).mine.cards]


@pytest.mark.parametrize(("state", "whose", "column"), [
    (S.SUBMITTED, HEAD, 2), (S.DISPOSED, HEAD, 3), (S.ALLOWED, SUBHEAD, 4), (S.VERIFIED, LESTARI, 5), (S.SCANNED, BAYU, 6)])
def test_a_product_stands_at_the_step_it_waits_for_and_is_theirs_whose_step_it_is(desk, state, whose, column):
    product = desk.until(state)
    seen = look(desk, UNIT)
    assert [each.stage.number for each in seen.columns if each.cards] == [column]
    assert seen.under_way == 1
    for by in (UNIT, HEAD, SUBHEAD, LESTARI):
        assert (mine(desk, by) == [product]) is (by.roles == whose.roles and not (state is S.SCANNED and by is LESTARI)), by.name
    assert mine(desk, whose) == [product]


def test_the_check_is_not_for_who_scanned_a_page_of_it_and_is_again_when_somebody_else_scanned_it_anew(desk):
    product = desk.until(S.VERIFIED)
    desk.do(procedure.hand_in, product, desk.scan(product, LESTARI), BAYU)
    citra = Actor("Citra", frozenset({Role.LEGAL_STAFF}), person_id=45)  # no part of 4 or 5
    assert (mine(desk, LESTARI), mine(desk, BAYU), mine(desk, citra)) == ([], [], [product])
    desk.do(procedure.send_back, product, "verified", "quality", "", citra)
    desk.do(procedure.hand_in, product, desk.scan(product, citra, OTHER_SHA), citra)
    desk.do(procedure.release, product, citra)
    assert (mine(desk, LESTARI), mine(desk, BAYU), mine(desk, citra)) == ([product], [product], [])


def test_what_is_in_other_hands_is_not_ones_own_to_do(desk):
    product = desk.until(S.ALLOWED)
    other = Actor("Kasubbag Lain", SUBHEAD.roles, person_id=33)
    desk.do(procedure.claim, product, other)
    assert (mine(desk, SUBHEAD), mine(desk, other)) == ([], [product])


def test_what_was_sent_back_to_the_unit_is_for_who_proposed_it(desk):
    product = desk.until(S.DISPOSED)
    desk.do(procedure.send_back, product, "returned", "number", "", HEAD)
    assert mine(desk, UNIT) == [product]
    assert mine(desk, Actor("Unit Lain", UNIT.roles, person_id=77)) == []
    assert [card.sent_back.reason for card in look(desk, HEAD, only="back").columns[0].cards] == ["number"]


def test_a_product_is_late_after_its_deadline_while_it_is_under_way(desk):
    product = desk.until(S.ALLOWED)
    due = date(2026, 9, 1)
    assert (look(desk, HEAD, due).late, look(desk, HEAD, due + timedelta(1)).late) == (0, 1)
    assert look(desk, HEAD, due + timedelta(1), only="late").under_way == 1
    with desk.database.transaction() as session:
        session.get(Product, product).take("cancel", HEAD)
    assert look(desk, HEAD, due + timedelta(1)).late == 0
    assert look(desk, HEAD).ended.total == 1


def test_a_search_finds_a_number_in_any_form_words_and_the_numbers_of_the_paper(desk):
    def submit(memo: str, unit: str, **said: str) -> int:
        return desk.do(procedure.submit, {**SAID, **said}, memo, "18-8-2026", unit, UNIT).product_id

    product = submit("5/ND/2026", "Teknis", number="929/HK.03.1-Kpt/04/KPU/V/2026")
    other = submit("55/X", "Umum", number="1929", title="100% Lain_(fiktif)", year="2019")
    for written, found in (("929", [product]), ("929/2026", [product]), ("929 Tahun 2026", [product]), ("Keputusan 929", [product]),
                           ("929/HK.03.1-Kpt/04/KPU/V/2026", [product]), ("929 tahun 2020", []), ("JADWAL penetapan", [product]),
                           ("1/2026", [product]), ("0002/2026", [other]), ("5/nd", [product]), ("lain", [other]), ("100%", [other]),
                           ("%", []), ("_", []), ("umum", [other]), ("lain 2019", [other]),
                           ("keputusan", [other, product]),
                           ("tidak ada", [])):
        assert [each.id for each in desk.see(lambda session, written=written: board.find(session, written))] == found, written


def test_a_folders_code_is_read_whatever_keyboard_the_scanner_is(desk):
    product = desk.until(S.SUBMITTED)
    for code in (board.folder_code(product), f"LOKET:PRODUCT:{product}", f"loket;product;{product}", f"  loket>product>{product}"):
        assert desk.see(lambda session, code=code: board.open_code(session, code)) == product
    assert desk.see(lambda session: board.open_code(session, board.folder_code(999))) is None


def test_a_dossier_offers_each_person_their_steps(desk):
    product = desk.until(S.SCANNED)
    for by, offered in ((UNIT, {"new copy", "cancel"}), (HEAD, {"cancel"}), (SUBHEAD, set()),
                        (LESTARI, {"check", "send back", "new copy"}), (BAYU, {"check", "send back", "new copy"})):
        turns = desk.see(lambda session, by=by: dossier.of_product(session, product).turns(by))
        assert set(turns) == offered, by.name
        assert not any(turn.may_override for turn in turns.values())
    turns = desk.see(lambda session: dossier.of_product(session, product).turns(LESTARI))
    assert turns["check"].same


def test_a_column_is_limited_and_opens_to_more(desk):
    def many(session):
        session.add_all(Product(type="kpt", number=str(n), year=2026, title="Contoh (fiktif)", made_by="x") for n in range(70))
    desk.do(many)
    column = look(desk, UNIT).columns[0]
    assert (len(column.cards), column.total) == (board.SHOWN, 70)
    assert len(look(desk, UNIT, column=1).columns[0].cards) == board.ALL_OF_ONE
