"""What a printer says, byte by byte: which words end a slip, and which only look like it."""

from collections.abc import Callable

import pytest

from printer.conversation import Fence, StreamPrinter
from printer.device import Outcome, Uncertain

READY = b"\x12"


class Talk:
    """A printer at the other end: it is ready, and to a slip's process id it says what `behind` makes of the id's reply."""

    def __init__(self, behind: Callable[[bytes], bytes]):
        self.behind, self.said, self.closed = behind, b"", False

    def write(self, data: bytes, within: float) -> None:
        if data[:2] == b"\x10\x04":
            self.said += READY
        else:
            self.said += self.behind(b'7"' + data[-4:] + b"\0")

    def read(self, within: float) -> bytes:
        said, self.said = self.said, b""
        return said

    def close(self) -> None:
        self.closed = True


def send(behind: Callable[[bytes], bytes], fence: Fence) -> Outcome:
    talk = Talk(behind)
    sending = StreamPrinter(lambda: talk, fence, answer_within=0.05, print_within=0.1).send(b"slip", lambda: None)
    sending.close()
    assert talk.closed
    return sending.outcome


AUTOMATIC = b"\x10\x00\x00\x00"
MIXED_IN = {"alone": b"", "an answer to DLE EOT": READY, "another answer": b"\x72", "an automatic status": AUTOMATIC,
            "paper out by automatic status": b"\x18\x00\x0f\x00", "an answer to GS r": b"\x00"}


@pytest.mark.parametrize("mixed_in", MIXED_IN.values(), ids=MIXED_IN)
@pytest.mark.parametrize("at", range(8))
def test_a_slips_own_process_id_ends_it_whatever_comes_between_its_bytes(mixed_in, at):
    assert send(lambda reply: reply[:at] + mixed_in + reply[at:], Fence.PROCESS_ID) is Outcome.PRINTED


OTHERS = {"an older slip's process id": b'7"1359\0', "another program's": b'7"AB12\0',
          "half of one": b'7"', "only statuses": READY + AUTOMATIC + b"\0\0\0", "nothing": b""}


@pytest.mark.parametrize("said", OTHERS.values(), ids=OTHERS)
def test_nothing_else_ends_a_slip_that_waits_for_its_process_id(said):
    with pytest.raises(Uncertain):
        send(lambda reply: said, Fence.PROCESS_ID)


def test_a_slips_process_id_counts_also_behind_an_older_ones():
    assert send(lambda reply: b'7"1359\0' + reply + b'7"QQQQ\0', Fence.PROCESS_ID) is Outcome.PRINTED


@pytest.mark.parametrize("said", [READY, AUTOMATIC, READY + AUTOMATIC + READY, b'7"1359\0', b'7"' + AUTOMATIC + b"1359\0", b""])
def test_neither_a_status_nor_a_process_id_is_an_answer_to_gs_r(said):
    with pytest.raises(Uncertain):
        send(lambda reply: said, Fence.STATUS)
    assert send(lambda reply: said + b"\0", Fence.STATUS) is Outcome.PRINTED


def test_every_slip_has_a_process_id_of_its_own():
    ids: set[bytes] = set()
    for _ in range(20):
        send(lambda reply: (ids.add(reply), reply)[1], Fence.PROCESS_ID)
    assert len(ids) > 15


def test_of_a_printer_that_never_answers_nothing_is_asked():
    asked = []
    assert send(lambda reply: asked.append(reply) or b"", Fence.NONE) is Outcome.UNCONFIRMED
    assert asked == [b'7"slip\0']  # the slip's own last bytes: no fence stands behind them
