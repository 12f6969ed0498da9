"""A printer on a serial line, or on a USB adapter that is one: slow, and its time limits know how slow."""

import select
import time
from pathlib import Path
from typing import Any

import serial

from printer.conversation import StreamPrinter

BAUD_RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)  # those a receipt printer can be set to
BITS = 10  # of one byte on the line: a start bit, eight of data, a stop bit


class SerialLine:
    """A serial port as a stream for a conversation.

    A printer that must wait says so by XON and XOFF; no answer of a printer looks like these (bits 0 and 1 of a status).
    Raises OSError when the port cannot be opened, or is another program's.
    """

    def __init__(self, path: Path, baud: int):
        self.baud = baud
        self.port = serial.Serial(str(path), baud, timeout=0, xonxoff=True, exclusive=True)

    def write(self, data: bytes, within: float) -> None:
        deadline = time.monotonic() + max(within, 1 + 2 * len(data) * BITS / self.baud)
        self.port.write_timeout = deadline - time.monotonic()
        self.port.write(data)
        while self.port.out_waiting:  # written is not sent: it waits in the system until the line has taken it
            if time.monotonic() > deadline:
                raise TimeoutError("the printer takes nothing more")
            time.sleep(0.01)

    def read(self, within: float) -> bytes:
        if not select.select([self.port], [], [], within)[0]:
            return b""
        return self.port.read(self.port.in_waiting or 1)

    def close(self) -> None:
        self.port.close()


def serial_printer(path: Path, baud: int, **options: Any) -> StreamPrinter:
    """The printer on the serial port `path` at `baud`; `options` as StreamPrinter takes them."""
    return StreamPrinter(lambda: SerialLine(path, baud), **options)
