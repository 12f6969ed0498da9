"""No slip lost and none doubled: the spool on both databases, with a printer that has every fault."""

import threading
import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.errors import Refused
from foundation.jobs import Job, Later, Worker
from foundation.office import office as known_office
from foundation.people import PROGRAM, Actor
from foundation.stations import Station
from printer import printouts
from printer.connect import open_printer
from printer.device import PrinterStatus
from printer.layout import Paper
from printer.printouts import CANCELLED, EXPIRED, HELD, NOT_PRINTED, PRINTED, QUEUED, SENDING, UNCERTAIN, UNCONFIRMED, Printout
from printer.receipt import Inverse, Line, Receipt
from printer.simulated import FaultKind, SimulatedPrinterServer, set_fault, slips
from printer.spool import Spool
from printer.thermal import render

OFFICER = Actor("Sari", frozenset({"officer"}), person_id=None)


class Office:
    """A station with a printer, its spool, and the worker that drives it."""

    def __init__(self, database, tray, locks):
        self.database, self.tray, self.locks = database, tray, locks
        self.threads = []
        self.spool = self.new_spool()
        with database.transaction() as session:
            station = Station(name="Meja depan", printer=f"simulated://{tray}", paper_mm=80)
            session.add(station)
            session.flush()
            self.station = station.id

    def new_spool(self, **options):
        quick = partial(open_printer, answer_within=0.3, print_within=0.6)
        return Spool(self.database, self.locks, quick, **options)

    def worker(self, spool=None):
        return Worker(self.database, {"print_printout": (spool or self.spool).print_printout}, [f"printing/{self.station}"])

    def queue(self, number, copy_no=1):
        parts = (Line(f"Bukti {number}"),) if copy_no == 1 else (Inverse(f"SALINAN KE-{copy_no}"), Line(f"Bukti {number}"))
        payload = render(Receipt(parts), Paper(80))
        return self.database.run(lambda session: printouts.queue(
            session, "slip", f"loan:{number}", session.get_one(Station, self.station), payload, copy_no)).id

    def work(self):
        """Everything that is due, and what was put off as if its time had come."""
        with self.database.transaction() as session:
            session.execute(sa.update(Job).where(Job.done_at.is_(None)).values(due=Job.created_at))
        worker = self.worker()
        for _ in range(20):
            if not worker.run_one():
                return

    def printout(self, printout_id):
        with self.database.reading() as session:
            return session.get_one(Printout, printout_id)

    def about(self):
        with self.database.reading() as session:
            station = session.get_one(Station, self.station)
            return station.printer_state, station.printer_note

    def change(self, **values):
        with self.database.transaction() as session:
            session.execute(sa.update(Station).where(Station.id == self.station).values(**values))

    def papers(self):
        return [file.read_bytes() for file in slips(self.tray)]

    def open_jobs(self):
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.done_at.is_(None)))


@pytest.fixture
def office(database, tmp_path):
    office = Office(database, tmp_path / "tray", tmp_path / "locks")
    yield office
    office.spool.stop()
    for thread in office.threads:
        thread.join()


def wait_for(condition):
    until = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_queued_slip_is_printed_and_confirmed_by_the_printer(office):
    slip = office.queue(1)
    office.work()
    printed = office.printout(slip)
    assert (printed.state, printed.confirmed_by) == (PRINTED, PROGRAM.name)
    assert printed.sent_at <= printed.confirmed_at
    assert office.papers() == [printed.payload]
    assert office.about() == ("ready", PrinterStatus.READY.sentence)
    assert office.open_jobs() == 0


def test_queueing_the_same_slip_again_is_the_same_printout(office):
    assert office.queue(1) == office.queue(1)
    office.work()
    office.queue(1)
    office.work()
    assert len(office.papers()) == 1


def test_a_double_tap_at_the_same_moment_prints_one_slip(office):
    barrier, found = threading.Barrier(4), []

    def tap():
        barrier.wait()
        found.append(office.queue(1))
    taps = [threading.Thread(target=tap) for _ in range(4)]
    for thread in taps:
        thread.start()
    for thread in taps:
        thread.join()
    office.work()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(office.papers()) == 1


def test_a_slip_whose_change_was_rolled_back_is_not_printed(office):
    with pytest.raises(RuntimeError), office.database.transaction() as session:
        printouts.queue(session, "slip", "loan:1", session.get_one(Station, office.station), b"x")
        raise RuntimeError
    office.work()
    assert office.papers() == []


@pytest.mark.parametrize(("fault", "state"), [
    (FaultKind.OUT_OF_PAPER, PrinterStatus.NO_PAPER), (FaultKind.COVER_OPEN, PrinterStatus.COVER_OPEN),
    (FaultKind.OFFLINE, PrinterStatus.OFFLINE), (FaultKind.MUTE, PrinterStatus.UNKNOWN)])
def test_a_slip_waits_for_a_printer_that_is_not_ready_and_says_why(office, fault, state):
    set_fault(office.tray, fault)
    slip = office.queue(1)
    office.work()
    assert (office.printout(slip).state, office.printout(slip).note) == (QUEUED, state.sentence)
    assert office.about() == (state, state.sentence)
    set_fault(office.tray)
    office.work()
    assert (office.printout(slip).state, office.printout(slip).note) == (PRINTED, "")
    assert len(office.papers()) == 1


def test_waiting_for_the_printer_is_no_failure(office):
    """A weekend without paper must not use up the tries of a job."""
    set_fault(office.tray, FaultKind.OUT_OF_PAPER)
    slip = office.queue(1)
    for _ in range(12):
        office.work()
    set_fault(office.tray)
    office.work()
    assert office.printout(slip).state is PRINTED


@pytest.mark.parametrize("address", ["", "nonsense", "tcp://"])
def test_a_station_without_a_usable_printer_keeps_its_slips_and_says_so(office, address):
    office.change(printer=address)
    slip = office.queue(1)
    office.work()
    assert office.printout(slip).state is QUEUED
    assert office.printout(slip).note == office.about()[1] != ""
    office.change(printer=f"simulated://{office.tray}")
    office.work()
    assert office.printout(slip).state is PRINTED


@pytest.mark.parametrize("fault", ["power cut 0", "power cut 20", "power cut 100000", "connection lost 20", "mute 1"])
def test_a_slip_is_never_sent_twice_once_a_byte_may_have_left(office, fault):
    set_fault(office.tray, fault)
    slip = office.queue(1)
    office.work()
    assert office.printout(slip).state is UNCERTAIN
    assert "Look whether" in office.printout(slip).note
    before = office.papers()
    set_fault(office.tray)
    office.work()
    office.spool.recover()
    office.work()
    assert office.papers() == before
    assert office.printout(slip).state is UNCERTAIN


def test_uncertain_slips_wait_for_a_persons_word(office):
    ids = []
    for number in (1, 2):
        set_fault(office.tray, "power cut 100000")
        ids.append(office.queue(number))
        office.work()
    with office.database.transaction() as session:
        assert [printout.id for printout in printouts.needing_attention(session)] == ids
        printouts.came_out(session, ids[0], OFFICER)
        printouts.did_not_come_out(session, ids[1], OFFICER)
    assert (office.printout(ids[0]).state, office.printout(ids[0]).confirmed_by) == (PRINTED, "Sari")
    assert office.printout(ids[1]).state is NOT_PRINTED
    with office.database.reading() as session:
        assert printouts.needing_attention(session) == []


def test_the_word_can_be_given_once_and_by_staff_only(office):
    set_fault(office.tray, "power cut 0")
    slip = office.queue(1)
    office.work()
    with pytest.raises(Refused), office.database.transaction() as session:
        printouts.came_out(session, slip, Actor("Tamu", frozenset({"visitor"})))
    with office.database.transaction() as session:
        printouts.came_out(session, slip, OFFICER)
    with pytest.raises(Refused), office.database.transaction() as session:
        printouts.did_not_come_out(session, slip, OFFICER)


def test_the_next_copy_is_a_printout_of_its_own(office):
    office.queue(1)
    office.work()
    second = office.queue(1, copy_no=2)
    office.work()
    with office.database.reading() as session:
        assert printouts.latest(session, "slip", "loan:1").id == second
    assert [b"SALINAN" in paper for paper in office.papers()] == [False, True]


def test_the_slip_after_an_aborted_one_is_whole(office):
    set_fault(office.tray, "connection lost 20")
    office.queue(1)
    office.work()
    slip = office.queue(2)
    office.work()
    assert office.printout(slip).state is PRINTED
    assert office.papers()[-1].endswith(office.printout(slip).payload)
    third = office.queue(3)
    office.work()
    assert office.papers()[-1] == office.printout(third).payload  # and recovery is over then


def held_slip(office, spool):
    """A slip whose bytes sit in a printer without paper, while its worker waits in a thread."""
    set_fault(office.tray, f"{FaultKind.OUT_OF_PAPER} 10")
    slip = office.queue(1)
    thread = threading.Thread(target=office.worker(spool).run_one)
    office.threads.append(thread)
    thread.start()
    wait_for(lambda: office.printout(slip).state is HELD)
    return slip, thread


def test_a_held_slip_comes_out_once_when_paper_is_put_in(office):
    slip, thread = held_slip(office, office.spool)
    assert office.printout(slip).note == PrinterStatus.NO_PAPER.sentence
    wait_for(lambda: office.about()[0] == PrinterStatus.NO_PAPER)
    with office.database.reading() as session:
        assert [printout.id for printout in printouts.needing_attention(session)] == [slip]
    set_fault(office.tray)
    thread.join()
    assert office.printout(slip).state is PRINTED
    assert office.papers() == [office.printout(slip).payload]
    assert office.about()[0] == PrinterStatus.READY


def test_nobody_else_talks_to_a_printer_that_is_being_waited_for(office):
    slip, thread = held_slip(office, office.spool)
    other = office.new_spool()
    with pytest.raises(Later):
        other.print_printout(slip)
    assert other.recover() == 0
    other.watch(office.station)
    assert office.printout(slip).state is HELD
    set_fault(office.tray)
    thread.join()
    assert len(office.papers()) == 1


@pytest.mark.parametrize("end", ["stopped", "waited too long"])
def test_a_held_slip_that_nobody_waits_for_any_more_is_uncertain(office, end):
    spool = office.new_spool(hold_for=1 if end == "waited too long" else 1800)
    slip, thread = held_slip(office, spool)
    if end == "stopped":
        spool.stop()
    thread.join()
    assert office.printout(slip).state is UNCERTAIN


@pytest.mark.parametrize("died", ["before the first byte", "after the last byte", "while it was held"])
@pytest.mark.parametrize("found_by", ["the next start", "the job's next try"])
def test_a_slip_whose_worker_died_is_uncertain_and_not_printed_again(office, died, found_by):
    slip = office.queue(1)
    with office.database.transaction() as session:
        printouts.take(session, slip, "send", PROGRAM)
        if died == "while it was held":
            printouts.take(session, slip, "hold", PROGRAM)
    if died == "after the last byte":
        open_printer(f"simulated://{office.tray}").send(office.printout(slip).payload, lambda: None).close()
    before = len(office.papers())
    if found_by == "the next start":
        assert office.new_spool().recover() == 1
    office.work()
    assert (office.printout(slip).state, office.printout(slip).aborted) == (UNCERTAIN, True)
    assert len(office.papers()) == before
    assert office.open_jobs() == 0


def test_a_slip_sent_to_a_printer_that_never_answers_is_unconfirmed(office, tmp_path):
    office.change(printer=f"file://{tmp_path}/lp0")
    slip = office.queue(1)
    office.work()
    assert office.printout(slip).state is UNCONFIRMED
    assert (tmp_path / "lp0").read_bytes() == office.printout(slip).payload
    with office.database.transaction() as session:
        assert printouts.needing_attention(session) == []
        printouts.came_out(session, slip, OFFICER)


def test_what_waited_too_long_is_not_printed_when_paper_is_put_in(office):
    set_fault(office.tray, FaultKind.OUT_OF_PAPER)
    old = office.queue(1)
    office.work()
    with office.database.transaction() as session:
        known_office(session)
        session.get_one(Printout, old).created_at = now() - timedelta(minutes=61)
    fresh = office.queue(2)
    set_fault(office.tray)
    office.work()
    assert [office.printout(slip).state for slip in (old, fresh)] == [EXPIRED, PRINTED]
    assert office.papers() == [office.printout(fresh).payload]
    with office.database.reading() as session:
        assert [printout.id for printout in printouts.needing_attention(session)] == [old]


def test_what_waited_too_long_is_printed_once_when_somebody_still_wants_it(office):
    slip = office.queue(1)
    with office.database.transaction() as session:
        assert printouts.expire(session, now() + timedelta(seconds=1)) == 1
    office.work()
    assert office.papers() == []
    with office.database.transaction() as session:
        printouts.queue_again(session, slip, OFFICER)
    office.work()
    assert (office.printout(slip).state, office.papers()) == (PRINTED, [office.printout(slip).payload])
    with pytest.raises(Refused), office.database.transaction() as session:
        printouts.queue_again(session, slip, OFFICER)


def test_what_a_printer_holds_or_may_have_does_not_expire(office):
    set_fault(office.tray, "power cut 0")
    slip = office.queue(1)
    office.work()
    with office.database.transaction() as session:
        assert printouts.expire(session, now() + timedelta(days=1)) == 0
    assert office.printout(slip).state is UNCERTAIN


def test_a_slip_printed_from_a_browser_is_never_called_printed_by_itself(office):
    office.queue(1)
    office.work()
    with office.database.transaction() as session:
        second = printouts.by_browser(session, "slip", "loan:1", OFFICER)
        assert (second.state, second.copy_no, second.station_id) == (UNCONFIRMED, 2, None)
    office.work()
    assert office.printout(second.id).state is UNCONFIRMED
    assert len(office.papers()) == 1


def test_a_printer_that_answers_by_number_or_never_is_spoken_to_in_its_way(office):
    for fence, state in (("process id", PRINTED), ("status", PRINTED), ("none", UNCONFIRMED)):
        office.change(fence=fence)
        slip = office.queue(len(fence))
        office.work()
        assert office.printout(slip).state is state


def test_since_when_a_printer_is_as_it_is_is_known(office):
    def since():
        with office.database.reading() as session:
            return session.get_one(Station, office.station).printer_state_since

    office.spool.watch(office.station)
    began = since()
    for fault, later in (("", False), (FaultKind.OUT_OF_PAPER, True), (FaultKind.OUT_OF_PAPER, False)):
        set_fault(office.tray, fault)
        office.new_spool().watch(office.station)
        assert (since() > began) is later
        began = since()


def test_a_cancelled_slip_is_not_printed_and_a_sent_one_not_cancelled(office):
    set_fault(office.tray, FaultKind.OUT_OF_PAPER)
    slip = office.queue(1)
    office.work()
    with office.database.transaction() as session:
        printouts.cancel(session, slip, OFFICER)
    set_fault(office.tray)
    office.work()
    assert (office.printout(slip).state, office.papers(), office.open_jobs()) == (CANCELLED, [], 0)
    sent = office.queue(2)
    office.work()
    with pytest.raises(Refused), office.database.transaction() as session:
        printouts.cancel(session, sent, OFFICER)


def test_watching_notes_how_the_printer_is_when_it_changes(office):
    noted = []
    for fault in ("", "cover open", ""):
        set_fault(office.tray, fault)
        office.new_spool().watch(office.station)
        noted.append(office.about()[0])
    assert noted == ["ready", "cover open", "ready"]


def test_watching_again_at_once_asks_nothing(office):
    office.spool.watch(office.station)
    set_fault(office.tray, FaultKind.COVER_OPEN)
    office.spool.watch(office.station)
    assert office.about()[0] == "ready"


@pytest.mark.parametrize("address", ["", "nonsense"])
def test_watching_a_station_without_a_usable_printer_harms_nothing(office, address):
    office.change(printer=address)
    office.spool.watch(office.station)


def test_the_trail_tells_what_needs_a_person_and_leaves_the_routine_to_the_printout(office):
    printed = office.queue(1)
    office.work()
    set_fault(office.tray, "power cut 0")
    lost = office.queue(2)
    office.work()
    with office.database.transaction() as session:
        printouts.came_out(session, lost, OFFICER)
    deeds = {}
    with office.database.reading() as session:
        for slip in (printed, lost):
            of_slip = sa.select(AuditEntry.deed).where(AuditEntry.subject == f"printout:{slip}").order_by(AuditEntry.id)
            deeds[slip] = session.scalars(of_slip).all()
    assert deeds == {printed: [], lost: ["printout: lose sight", "printout: came out"]}
    assert office.printout(printed).confirmed_at is not None


def test_no_device_is_touched_inside_a_transaction(office):
    """Whoever sends must have committed `sending`, and hold no lock on the database meanwhile."""
    slip = office.queue(1)

    class Watched:
        def __init__(self, printer):
            self.printer, self.status = printer, printer.status

        def send(self, payload, tell_when_sending, after_abort):
            tell_when_sending()
            assert office.printout(slip).state is SENDING
            with office.database.transaction() as session:  # would wait for ten seconds and fail
                session.execute(sa.update(Station).values(name="Meja"))
            return self.printer.send(payload, lambda: None, after_abort)

    Spool(office.database, office.locks, lambda address, fence: Watched(open_printer(address))).print_printout(slip)
    assert office.printout(slip).state is PRINTED


def test_thirty_slips_with_faults_lose_none_and_double_none(office, database):
    """Every slip is printed once, or a person is told; what the person has reprinted says SALINAN."""
    plan = ["", "out of paper", "power cut 15", "power cut 100000", "connection lost 25", "mute 1"] * 5
    with SimulatedPrinterServer(office.tray) as server:
        office.change(printer=server.address)
        ids = []
        for number, fault in enumerate(plan):
            set_fault(office.tray, fault)
            ids.append(office.queue(number))
            office.work()
            set_fault(office.tray)
            office.work()
        assert office.open_jobs() == 0
    states = {number: office.printout(printout).state for number, printout in enumerate(ids)}
    came_out = Counter(number for number in range(len(plan)) for paper in office.papers()
                       if f"Bukti {number}\n".encode() in paper)
    assert set(states.values()) == {PRINTED, UNCERTAIN}
    for number, fault in enumerate(plan):
        assert came_out[number] <= 1, "doubled"
        assert states[number] is UNCERTAIN or came_out[number] == 1, "lost"
        assert (states[number] is PRINTED) == (fault in ("", "out of paper"))
