"""What every printer promises, whatever is behind its address; each adapter's test class inherits this."""

import pytest

from printer.device import NotSent, Outcome, Printer, PrinterStatus
from printer.layout import Paper
from printer.receipt import Line, Receipt
from printer.thermal import render

SLIP = render(Receipt((Line("Bukti peminjaman"), Line("x" * 2000))), Paper(80))


class PrinterContract:
    """A test class gives the fixtures `printer` (it works), `unreachable` (nothing is there) and `on_paper()`, the bytes of
    all slips that came out of `printer`; `ends` is how a good sending ends."""

    ends: Outcome

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
        assert on_paper().endswith(SLIP)

    def test_an_unreachable_printer_is_offline_and_nothing_is_sent(self, unreachable: Printer):
        said = []
        assert unreachable.status() is PrinterStatus.OFFLINE
        with pytest.raises(NotSent) as reason:
            unreachable.send(SLIP, lambda: said.append("sending"))
        assert reason.value.status is PrinterStatus.OFFLINE
        assert said == []
