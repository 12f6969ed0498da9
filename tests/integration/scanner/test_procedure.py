"""The publication procedure: who may take which step, who must be somebody else, and where what was sent back returns to."""

import itertools
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.errors import Refused
from foundation.jobs import Job
from foundation.people import SYSTEM, Actor, Role
from foundation.stations import Station, StationKind
from scanner.devices.port import Mode
from scanner.documents.records import Document, DocumentState, Origin
from scanner.legal import particulars
from scanner.legal.products import PRODUCT_WORKFLOW, Product, ProductState, ProductStep, S
from scanner.pages.batches import Batch, Page, Run
from scanner.procedure import agenda, procedure, verification
from scanner.station import taking_in

UNIT = Actor("Pengusul Contoh", frozenset({Role.PROPOSER}), person_id=1)
HEAD = Actor("Kabag Contoh", frozenset({Role.HEAD_OF_DIVISION}), person_id=2)
SUBHEAD = Actor("Kasubbag Contoh", frozenset({Role.HEAD_OF_SUBDIVISION}), person_id=3)
LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}), person_id=4)
BAYU = Actor("Bayu Contoh", frozenset({Role.LEGAL_STAFF}), person_id=5)
SAID = {"type": "kpt", "number": "12", "year": "2026", "title": "Penetapan Jadwal Layanan (fiktif)", "enacted_on": "17-8-2026"}
COPY = [claim.code for claim in verification.COPY_CLAIMS]
SCAN = [claim.code for claim in verification.OF_A_SCAN]
SHA, OTHER_SHA = "a" * 64, "b" * 64


class Desk:
    """Each call is somebody's deed, in a transaction of its own."""

    def __init__(self, database: Database):
        self.database = database

    def do(self, work: Callable, *args: Any, **more: Any) -> Any:
        return self.database.run(lambda session: work(session, *args, **more))

    def see(self, work: Callable) -> Any:
        with self.database.reading() as session:
            return work(session)

    def state(self, product: int) -> ProductState:
        return self.see(lambda session: session.get(Product, product).state)

    def scan(self, product: int, by: Actor, sha256: str = SHA) -> int:
        """A document of the product, whose pages `by` has scanned."""
        def make(session):
            station = Station(name=f"Pemindai {sha256[:3]} {by.name}", kind=StationKind.SCANNER, scanner="simulated:///nowhere")
            session.add(station)
            session.flush()
            batch = Batch(name="", product_id=product, station_id=station.id, made_by=by.name)
            session.add(batch)
            session.flush()
            stack = Batch(name="Tumpukan", station_id=station.id, made_by=by.name)  # that was split: its run stays with it
            session.add(stack)
            session.flush()
            run = Run(batch_id=stack.id, settings={}, first=1, asked_by=by.name, asked_by_id=by.person_id)
            session.add(run)
            session.flush()
            session.add(Page(batch_id=batch.id, run_id=run.id, number=1, place=1, sha256=sha256, kind=".jpg", width_px=1, height_px=1,
                             mode=Mode.GRAY))
            document = Document(origin=Origin.SCANNED, batch_id=batch.id, product_id=product, sha256=sha256, made_by=by.name,
                                state=DocumentState.READY)
            session.add(document)
            session.flush()
            return document.id
        return self.do(make)

    def until(self, state: ProductState, scanner: Actor = LESTARI) -> int:
        """A product that has come so far."""
        product = self.do(procedure.submit, SAID, "5/ND/2026", "18-8-2026", "Sub Bagian Teknis", UNIT).product_id
        ways = [
            (S.DISPOSED, lambda: self.do(procedure.dispose, product, "urgent", ["process"], "Kasubbag Hukum", "2026-09-01", "", HEAD)),
            (S.ALLOWED, lambda: self.do(procedure.allow, product, "", HEAD)),
            (S.VERIFIED, lambda: self.do(procedure.verify_copy, product, COPY, "Map 3", "", SUBHEAD)),
            (S.SCANNED, lambda: self.do(procedure.hand_in, product, self.scan(product, scanner), scanner)),
            (S.COMPLETE, lambda: self.do(procedure.check, product, SCAN, SHA, "", BAYU)),
            (S.PUBLISHED, lambda: self.do(procedure.published, product)),
        ]
        for reached, step in ways:
            if self.state(product) is state:
                break
            step()
            assert self.state(product) is reached
        return product


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_seven_steps_by_five_people_lead_to_the_public_page(desk):
    product = desk.until(S.PUBLISHED)
    with desk.database.reading() as session:
        steps = session.scalars(sa.select(ProductStep).where(ProductStep.product_id == product).order_by(ProductStep.id)).all()
        assert [step.step for step in steps] == ["submit", "disposition", "allow", "verify copy", "scan", "check", "publish"]
        assert [step.by for step in steps] == [UNIT.name, HEAD.name, HEAD.name, SUBHEAD.name, LESTARI.name, BAYU.name, "Loket"]
        found = session.get(Product, product)
        assert (found.checked_sha256, found.due_on, found.location) == (SHA, date(2026, 9, 1), "Map 3")
        assert session.scalar(sa.select(Job.name).where(Job.name == "arrange")) == "arrange"


ROLES = [Role.PROPOSER, Role.HEAD_OF_DIVISION, Role.HEAD_OF_SUBDIVISION, Role.LEGAL_STAFF, Role.ADMIN, Role.OFFICER, SYSTEM]


@pytest.mark.parametrize("state", ProductState)
@pytest.mark.parametrize("step", sorted({step.name for step in PRODUCT_WORKFLOW.steps}))
def test_a_product_takes_a_step_exactly_where_its_table_has_it(step, state):
    for role, same in itertools.product(ROLES, (False, True)):
        product, by = Product(state=state), Actor("siapa", frozenset({role}), person_id=7)
        took = {name: [7] if same else [8] for name in ("submit", "scan")}
        lines = [line for line in PRODUCT_WORKFLOW.steps if line.name == step and state in line.from_ and role in line.by]
        if lines and not (same and lines[0].unlike):
            product.take(step, by, who={7}, took=took)
            assert product.state is lines[0].to, role
        else:
            with pytest.raises(Refused):
                product.take(step, by, who={7}, took=took)
            assert product.state is state


@pytest.mark.parametrize("state", ProductState)
@pytest.mark.parametrize("step", sorted({step.name for step in PRODUCT_WORKFLOW.steps}))
def test_a_step_leads_only_where_its_table_says(step, state):
    lines = [line for line in PRODUCT_WORKFLOW.steps if line.name == step]
    everybody = Actor("semua", frozenset({*Role, SYSTEM}), person_id=7)
    for to in ProductState:
        product = Product(state=state)
        if any(state in line.from_ and line.leads(to) for line in lines):
            product.take(step, everybody, to=to)
            assert product.state is to
        else:
            with pytest.raises(Refused):
                product.take(step, everybody, to=to)


def test_who_scanned_a_page_of_it_does_not_check_it(desk):
    product = desk.until(S.SCANNED, scanner=LESTARI)
    with pytest.raises(Refused, match="Four eyes"):
        desk.do(procedure.check, product, SCAN, SHA, "", LESTARI)
    desk.do(procedure.check, product, SCAN, SHA, "", BAYU)


def test_who_only_handed_in_what_another_scanned_does_not_check_it_either(desk):
    product = desk.until(S.VERIFIED)
    desk.do(procedure.hand_in, product, desk.scan(product, LESTARI), BAYU)
    for by in (LESTARI, BAYU):
        with pytest.raises(Refused, match="Four eyes"):
            desk.do(procedure.check, product, SCAN, SHA, "", by)


def test_who_took_a_file_in_does_not_check_it_whatever_the_program_does_to_it_later(desk):
    product = desk.until(S.VERIFIED)

    def take_in(session):
        said = dict.fromkeys(taking_in.SAYS, 0) | {"pages": 1, "without_text": []}
        document, _ = taking_in.take(session, SHA, 1, "Masuk", said, LESTARI)
        document.state = DocumentState.READY
        session.flush()
        return document.id
    document = desk.do(take_in)
    desk.do(procedure.hand_in, product, document, BAYU)
    citra = Actor("Citra", frozenset({Role.LEGAL_STAFF}), person_id=6)
    digital = [claim.code for claim in verification.OF_A_DIGITAL_FILE]
    desk.do(procedure.check, product, digital, SHA, "", citra)

    def read_again(session):
        found = session.get(Document, document)
        found.sha256 = OTHER_SHA
        procedure.file_changed(session, found)
    desk.do(read_again)
    for by in (LESTARI, BAYU):
        with pytest.raises(Refused, match="Four eyes"):
            desk.do(procedure.check, product, digital, OTHER_SHA, "", by)


def test_a_unit_does_not_say_what_somebody_elses_product_does(desk):
    theirs, own = desk.until(S.PUBLISHED), desk.do(procedure.submit, {**SAID, "number": "13"}, "6", "18-8-2026", "Teknis", UNIT).product_id
    with pytest.raises(Refused):
        desk.do(particulars.relate, own, "repealed by", theirs, "", UNIT)


def test_four_eyes_are_overridden_by_the_head_with_a_reason_that_stands_in_the_trail(desk):
    both = Actor("Kabag Contoh", frozenset({Role.HEAD_OF_DIVISION, Role.LEGAL_STAFF}), person_id=2)
    product = desk.until(S.SCANNED, scanner=both)
    with pytest.raises(Refused, match="Four eyes"):
        desk.do(procedure.check, product, SCAN, SHA, "", both)
    desk.do(procedure.check, product, SCAN, SHA, "", both, override="Staf lain cuti bersama")
    last = desk.see(lambda session: session.scalars(sa.select(ProductStep).order_by(ProductStep.id.desc())).first())
    assert last.details["override"] == "Staf lain cuti bersama"
    assert desk.see(lambda session: session.scalar(sa.select(AuditEntry.by).where(AuditEntry.deed == "four eyes overridden"))) == both.name


def test_who_may_not_override_needs_a_colleague_whatever_the_reason(desk):
    product = desk.until(S.SCANNED, scanner=LESTARI)
    with pytest.raises(Refused, match="Four eyes"):
        desk.do(procedure.check, product, SCAN, SHA, "", LESTARI, override="Saya sendirian")


def test_what_was_sent_back_to_the_unit_returns_to_who_sent_it(desk):
    product = desk.until(S.SCANNED)
    desk.do(procedure.send_back, product, "returned", "number", "Nomor di halaman 1 lain", BAYU)
    assert desk.state(product) is S.RETURNED
    desk.do(procedure.resubmit, product, {"number": "13"}, "Nomor dibetulkan", False, UNIT)
    found = desk.see(lambda session: session.get(Product, product))
    assert (found.state, found.number, found.claimed_by, found.sent_back_id) == (S.SCANNED, "13", BAYU.name, None)
    with pytest.raises(Refused, match="in hand"):
        desk.do(procedure.check, product, SCAN, SHA, "", Actor("Citra", frozenset({Role.LEGAL_STAFF}), person_id=6))
    desk.do(procedure.check, product, SCAN, SHA, "", BAYU)


def test_another_paper_is_compared_and_scanned_again_before_it_returns(desk):
    product = desk.until(S.SCANNED)
    desk.do(procedure.send_back, product, "returned", "pages", "", BAYU)
    desk.do(procedure.resubmit, product, {}, "Salinan baru", True, UNIT)
    assert desk.state(product) is S.ALLOWED
    desk.do(procedure.verify_copy, product, COPY, "", "", SUBHEAD)
    assert desk.state(product) is S.VERIFIED  # not straight to the check of a scan of the paper before


def test_a_step_taken_again_goes_straight_to_who_sent_it_back(desk):
    product = desk.until(S.SCANNED)
    desk.do(procedure.send_back, product, "disposed", "version", "", BAYU)
    desk.do(procedure.allow, product, "Tetap", HEAD)
    assert desk.state(product) is S.SCANNED


def test_a_product_is_sent_to_an_earlier_step_only_and_with_a_reason(desk):
    product = desk.until(S.ALLOWED)
    for to, reason, text in (("scanned", "pages", ""), ("allowed", "pages", ""), ("nowhere", "pages", ""), ("disposed", "whim", ""),
                             ("disposed", "other", "  ")):
        with pytest.raises(Refused):
            desk.do(procedure.send_back, product, to, reason, text, SUBHEAD)
    assert desk.state(product) is S.ALLOWED
    assert procedure.targets(Product(state=S.ALLOWED), SUBHEAD.roles) == [S.DISPOSED, S.SUBMITTED, S.RETURNED]


@pytest.mark.parametrize("reached", [S.COMPLETE, S.PUBLISHED])
def test_a_new_file_after_the_check_is_checked_again_by_somebody_else_than_its_scanner(desk, reached):
    product = desk.until(reached)

    def made_again(session):
        document = session.get(Document, session.get(Product, product).document_id)
        procedure.file_changed(session, document)
        assert session.get(Product, product).state is reached  # the same file: nothing to check
        document.sha256 = OTHER_SHA
        procedure.file_changed(session, document)
    desk.do(made_again)
    assert desk.state(product) is S.SCANNED
    with pytest.raises(Refused, match="Four eyes"):
        desk.do(procedure.check, product, SCAN, OTHER_SHA, "", LESTARI)
    with pytest.raises(Refused, match="made anew"):
        desk.do(procedure.check, product, SCAN, SHA, "", BAYU)
    desk.do(procedure.check, product, SCAN, OTHER_SHA, "", BAYU)


def test_a_check_with_an_open_claim_names_it(desk):
    product = desk.until(S.SCANNED)
    with pytest.raises(Refused) as refused:
        desk.do(procedure.check, product, [code for code in SCAN if code != "seal"], SHA, "", BAYU)
    assert set(refused.value.fields) == {"seal"}


def test_who_claims_a_product_has_it_alone_until_it_is_given_back(desk):
    product = desk.until(S.SCANNED)
    desk.do(procedure.claim, product, BAYU)
    citra = Actor("Citra", frozenset({Role.LEGAL_STAFF}), person_id=6)
    for work in (procedure.claim, procedure.release):
        with pytest.raises(Refused):
            desk.do(work, product, citra)
    desk.do(procedure.release, product, SUBHEAD)
    desk.do(procedure.claim, product, citra)
    desk.do(procedure.release, product, citra)
    assert desk.see(lambda session: session.get(Product, product).claimed_by) == ""


def test_agenda_numbers_have_no_gap_when_a_submission_is_refused(desk):
    first = desk.do(procedure.submit, SAID, "5/ND/2026", "18-8-2026", "Teknis", UNIT)
    with pytest.raises(Refused) as refused:
        desk.do(procedure.submit, SAID, "", "kapan saja", "", UNIT)
    assert set(refused.value.fields) == {"number", "memo_number", "memo_date", "unit"}
    with pytest.raises(ZeroDivisionError):
        desk.do(lambda session: procedure.submit(session, {**SAID, "number": "13"}, "6", "18-8-2026", "Teknis", UNIT) and 1 / 0)
    second = desk.do(procedure.submit, {**SAID, "number": "13"}, "6/ND/2026", "18-8-2026", "Teknis", UNIT)
    assert (first.number, second.number) == (1, 2)


def test_the_same_number_by_another_issuer_is_another_product(desk):
    desk.do(procedure.submit, SAID, "5", "18-8-2026", "Teknis", UNIT)
    desk.do(procedure.submit, {**SAID, "issuer": "KPU Kabupaten Contoh"}, "6", "18-8-2026", "Teknis", UNIT)
    with pytest.raises(Refused, match="there already"):
        desk.do(particulars.register, {**SAID, "issuer": "KPU Kabupaten Contoh"}, LESTARI)


def test_what_was_checked_is_corrected_only_by_a_new_check(desk):
    product = desk.until(S.COMPLETE)
    with pytest.raises(Refused, match="was checked"):
        desk.do(particulars.correct, product, {"number": "99"}, LESTARI)
    desk.do(particulars.correct, product, {"subject": "Layanan", "field_of_law": "Hukum Tata Negara"}, LESTARI)
    assert desk.see(lambda session: session.get(Product, product).subject) == "Layanan"


def test_a_withdrawn_product_needs_a_reason_and_can_be_published_again(desk):
    product = desk.until(S.PUBLISHED)
    with pytest.raises(Refused) as refused:
        desk.do(procedure.withdraw, product, " ", SUBHEAD)
    assert "text" in refused.value.fields
    desk.do(procedure.withdraw, product, "Salah lampiran", SUBHEAD)
    desk.do(procedure.publish_again, product, "Lampiran benar", HEAD)
    assert desk.state(product) is S.COMPLETE


def test_a_unit_cancels_only_what_it_proposed(desk):
    product = desk.until(S.SUBMITTED)
    with pytest.raises(Refused):
        desk.do(procedure.cancel, product, "Salah kirim", Actor("Lain", frozenset({Role.PROPOSER}), person_id=9))
    desk.do(procedure.cancel, product, "Salah kirim", UNIT)
    assert desk.state(product) is S.CANCELLED


def test_what_repeals_does_so_from_the_moment_it_is_published(desk):
    old = desk.do(particulars.register, {**SAID, "number": "7"}, LESTARI).id
    new = desk.until(S.COMPLETE)

    def in_force():
        return desk.see(lambda session: session.get(Product, old).in_force)
    relation = desk.do(particulars.relate, new, "repeals", old, "", LESTARI).id
    assert desk.do(particulars.relate, old, "repealed by", new, "", LESTARI).id == relation  # the same, said of the other one
    assert in_force()
    desk.do(procedure.published, new)
    assert not in_force()
    assert [len(side) for side in desk.see(lambda session: particulars.relations_of(session, old))] == [0, 1]
    desk.do(procedure.withdraw, new, "Salah unggah", SUBHEAD)
    assert in_force()


def test_what_something_from_elsewhere_repeals_is_not_in_force_until_that_is_taken_back(desk):
    old = desk.until(S.PUBLISHED)
    relation = desk.do(particulars.relate, old, "repealed by", None, "Peraturan Contoh Nomor 3 Tahun 2027", LESTARI).id
    assert not desk.see(lambda session: session.get(Product, old).in_force)
    desk.do(particulars.unrelate, relation, LESTARI)
    assert desk.see(lambda session: session.get(Product, old).in_force)


def test_a_unit_says_what_its_product_does_to_others_until_it_is_checked(desk):
    product, other = desk.until(S.SCANNED), Actor("Lain", frozenset({Role.PROPOSER}), person_id=9)
    desk.do(particulars.relate, product, "amends", None, "Keputusan 3 Tahun 2020", UNIT)
    with pytest.raises(Refused):
        desk.do(particulars.relate, product, "amends", None, "Keputusan 4 Tahun 2020", other)
    desk.do(procedure.check, product, SCAN, SHA, "", BAYU)
    with pytest.raises(Refused):
        desk.do(particulars.relate, product, "amends", None, "Keputusan 5 Tahun 2020", UNIT)


def test_a_disposition_without_an_order_names_every_open_field(desk):
    product = desk.until(S.SUBMITTED)
    with pytest.raises(Refused) as refused:
        desk.do(procedure.dispose, product, "", [], "", "32-13-2026", "", HEAD)
    assert set(refused.value.fields) == {"urgency", "instructions", "forwarded_to", "due_on"}
    assert desk.see(lambda session: agenda.disposition_of(session, product)) is None


def test_the_scan_of_the_original_is_kept_beside_the_copy_and_is_another_file(desk):
    product = desk.until(S.SCANNED)
    copy = desk.see(lambda session: session.get(Product, product).document_id)
    with pytest.raises(Refused, match="cannot be the signed original"):
        desk.do(procedure.keep_original, product, copy, BAYU)
    original = desk.scan(product, BAYU, OTHER_SHA)
    desk.do(procedure.keep_original, product, original, BAYU)
    found = desk.see(lambda session: session.get(Product, product))
    assert (found.document_id, found.original_id, found.state) == (copy, original, S.SCANNED)
    with pytest.raises(Refused):
        desk.do(procedure.keep_original, product, original, UNIT)


def test_who_submits_what_is_there_already_is_told_which_one(desk):
    product = desk.until(S.SUBMITTED)
    with pytest.raises(Refused) as refused:
        desk.do(procedure.submit, SAID, "6/ND/2026", "18-8-2026", "Sub Bagian Teknis", UNIT)
    assert refused.value.details == {"product": product}
