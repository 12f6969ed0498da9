"""What every printer promises, whatever is behind its address; each adapter's test class inherits this."""

import time

import pytest

from printer.device import NotSent, Outcome, Printer, PrinterStatus, Uncertain
from printer.layout import Paper
from printer.paper import pages
from printer.receipt import Line, QrCode, Receipt
from printer.simulated import FaultKind, set_fault
from printer.thermal import render

QUICK = {"answer_within": 0.3, "print_within": 1.0}

SLIP = render(Receipt((Line("Bukti peminjaman"), Line("x" * 2000))), Paper(80))


def wait_for(condition):
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


class PrinterContract:
    """A test class gives the fixtures `printer` (it works), `unreachable` (nothing is there) and `on_paper()`, the bytes of
    all slips that came out of `printer`; `ends` is how a good sending ends, `maker` what it says who made it."""

    ends: Outcome
    maker: str | None

    def test_its_status_can_be_asked_again_and_again(self, printer: Printer):
        assert {printer.status() for _ in range(3)} <= {PrinterStatus.READY, PrinterStatus.UNKNOWN}

    def test_what_is_sent_comes_out_once(self, printer: Printer, on_paper):
        sending = printer.send(SLIP, lambda: None)
        sending.close()
        assert sending.outcome is self.ends
        assert on_paper() == SLIP

    def test_slips_come_out_in_their_order(self, printer: Printer, on_paper):
        slips = [render(Receipt((Line(f"Bukti {number}"),)), Paper(80)) for number in range(3)]
        for slip in slips:
            printer.send(slip, lambda: None).close()
        assert on_paper() == b"".join(slips)

    def test_it_says_that_it_sends_before_the_first_byte(self, printer: Printer, on_paper):
        before = []
        printer.send(SLIP, lambda: before.append(on_paper())).close()
        assert before == [b""]

    def test_when_that_cannot_be_noted_nothing_is_sent(self, printer: Printer, on_paper):
        def fail():
            raise RuntimeError("the database is gone")
        with pytest.raises(RuntimeError):
            printer.send(SLIP, fail)
        assert on_paper() == b""
        printer.send(SLIP, lambda: None).close()
        assert on_paper() == SLIP

    def test_after_an_aborted_transfer_it_prints_all_the_same(self, printer: Printer, on_paper):
        printer.send(SLIP, lambda: None, after_abort=True).close()
        assert on_paper().endswith(b"\x1b@" + SLIP)  # what ends the aborted one comes first

    def test_it_says_who_made_it_or_nothing(self, printer: Printer, unreachable: Printer, on_paper):
        identity = printer.identify()
        assert (identity and identity.maker, unreachable.identify(), on_paper()) == (self.maker, None, b"")

    def test_an_unreachable_printer_is_offline_and_nothing_is_sent(self, unreachable: Printer):
        said = []
        assert unreachable.status() is PrinterStatus.OFFLINE
        with pytest.raises(NotSent) as reason:
            unreachable.send(SLIP, lambda: said.append("sending"))
        assert reason.value.status is PrinterStatus.OFFLINE
        assert said == []


class AnsweringPrinter(PrinterContract):
    """A printer with a way back is honest about everything that happens to it."""

    ends = Outcome.PRINTED
    maker = "Loket"

    def test_a_printer_that_falls_mute_says_nothing_about_itself(self, printer, folder):
        set_fault(folder, FaultKind.MUTE)
        assert printer.identify() is None

    @pytest.mark.parametrize(("fault", "status"), [
        (FaultKind.OUT_OF_PAPER, PrinterStatus.NO_PAPER), (FaultKind.COVER_OPEN, PrinterStatus.COVER_OPEN),
        (FaultKind.OFFLINE, PrinterStatus.OFFLINE), (FaultKind.ERROR, PrinterStatus.ERROR), (FaultKind.MUTE, PrinterStatus.UNKNOWN),
        ("a word that nobody knows", PrinterStatus.ERROR)])
    def test_a_printer_that_is_not_ready_says_why_and_gets_nothing(self, printer, folder, on_paper, fault, status):
        set_fault(folder, fault)
        said = []
        assert printer.status() is status
        with pytest.raises(NotSent) as reason:
            printer.send(SLIP, lambda: said.append("sending"))
        assert (reason.value.status, said, on_paper()) == (status, [], b"")
        set_fault(folder)
        printer.send(SLIP, lambda: None).close()
        assert on_paper() == SLIP

    def test_paper_near_its_end_is_told_and_printed_on(self, printer, folder, on_paper):
        set_fault(folder, FaultKind.PAPER_NEAR_END)
        assert printer.status() is PrinterStatus.PAPER_LOW
        sending = printer.send(SLIP, lambda: None)
        sending.close()
        assert (sending.outcome, sending.status, on_paper()) == (Outcome.PRINTED, PrinterStatus.PAPER_LOW, SLIP)

    @pytest.mark.parametrize(("fault", "status"), [(FaultKind.OUT_OF_PAPER, PrinterStatus.NO_PAPER),
                                                   (FaultKind.COVER_OPEN, PrinterStatus.COVER_OPEN)])
    def test_a_slip_that_the_printer_holds_comes_out_when_the_fault_is_mended(self, printer, folder, on_paper, fault, status):
        sending = printer.send(SLIP, lambda: set_fault(folder, fault))
        assert (sending.outcome, sending.status, on_paper()) == (Outcome.HELD, status, b"")
        sending.poll()
        assert sending.outcome is Outcome.HELD
        set_fault(folder)
        sending.poll()
        sending.close()
        assert (sending.outcome, on_paper()) == (Outcome.PRINTED, SLIP)

    def test_paper_that_ends_within_a_slip_lets_it_be_finished_on_the_new_roll(self, printer, folder, on_paper):
        set_fault(folder, f"{FaultKind.OUT_OF_PAPER} 1000")
        sending = printer.send(SLIP, lambda: None)
        assert (sending.outcome, sending.status) == (Outcome.HELD, PrinterStatus.NO_PAPER)
        set_fault(folder)
        sending.poll()
        sending.close()
        assert (sending.outcome, on_paper()) == (Outcome.PRINTED, SLIP)

    def test_what_a_printer_holds_when_nobody_waits_any_more_comes_out_later(self, printer, folder, on_paper):
        printer.send(SLIP, lambda: set_fault(folder, FaultKind.OUT_OF_PAPER)).close()
        set_fault(folder)
        wait_for(lambda: printer.status() is PrinterStatus.READY)
        wait_for(lambda: on_paper() == SLIP)

    @pytest.mark.parametrize("after", [0, 1, 1000, len(SLIP) - 1, 10**6])
    def test_a_power_cut_at_any_byte_leaves_it_uncertain(self, printer, folder, on_paper, after):
        set_fault(folder, f"{FaultKind.POWER_CUT} {after}")
        with pytest.raises(Uncertain):
            printer.send(SLIP, lambda: None)
        wait_for(lambda: after < 1000 or on_paper())
        assert SLIP.startswith(on_paper())
        assert (on_paper() == SLIP) == (after > len(SLIP))

    def test_a_printer_that_falls_silent_leaves_it_uncertain(self, printer, folder):
        with pytest.raises(Uncertain):
            printer.send(SLIP, lambda: set_fault(folder, FaultKind.MUTE))

    def send_half_a_picture(self, printer, folder):
        picture = render(Receipt((QrCode("1" * 34),)), Paper(80))
        set_fault(folder, f"{FaultKind.CONNECTION_LOST} {len(picture) // 2}")
        with pytest.raises(Uncertain):
            printer.send(picture, lambda: None)

    def test_half_a_picture_in_its_memory_does_not_swallow_the_next_slip(self, printer, folder, on_paper):
        self.send_half_a_picture(printer, folder)
        printer.send(SLIP, lambda: None, after_abort=True).close()
        assert on_paper().endswith(SLIP)
        assert "Bukti peminjaman" in pages(on_paper(), 80)[-1].text

    def test_without_the_recovery_it_would_swallow_it(self, printer, folder, on_paper):
        """Otherwise the test above would show nothing."""
        self.send_half_a_picture(printer, folder)
        printer.send(SLIP, lambda: None).close()
        assert "Bukti peminjaman" not in pages(on_paper(), 80)[-1].text
