"""A serial port with a simulated printer at its other end: a real terminal line of the system's (a pty)."""

import contextlib
import os
import select
import threading
import time
from pathlib import Path

from printer.simulated import SimulatedPrinter


class SerialPort:
    """The port is `path`. A printer that loses its power falls silent: nothing on a serial line says that nobody is there."""

    def __init__(self, folder: Path):
        self.machine = SimulatedPrinter(folder)
        self._end, port = os.openpty()
        self.path = os.ttyname(port)
        os.close(port)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "SerialPort":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._end)

    def _serve(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):  # EIO: nobody has the port open
                self._talk()
            time.sleep(0.005)

    def _talk(self) -> None:
        data = os.read(self._end, 65536)
        self.machine.connect()
        try:
            while not self._stop.is_set():
                try:
                    os.write(self._end, self.machine.receive(data))
                except ConnectionResetError:
                    self._miss_the_rest()
                data = self._heard(0.02)
        finally:
            self.machine.disconnect()

    def _heard(self, within: float) -> bytes:
        return os.read(self._end, 65536) if select.select([self._end], [], [], within)[0] else b""

    def _miss_the_rest(self) -> None:
        """Of what is being sent; when that is over, the printer is on again."""
        self.machine.disconnect()
        while self._heard(0.2):
            pass
        self.machine.connect()
