"""The program that we measure ourselves against: python-escpos as people use it, with another try after an exception."""

import time
from contextlib import suppress


def print_plainly(port: int, payload: bytes, tries: int) -> bool:
    """Print on the network printer at `port` of this computer, and again when that seems to have failed; whether it believes
    that the slip is out."""
    from escpos.printer import Network

    for _ in range(tries):
        printer = Network("127.0.0.1", port, timeout=1)
        try:
            if not printer.is_online():
                time.sleep(0.2)
                continue
            printer._raw(payload)
            if printer.is_online():  # "let us see whether it worked"
                return True
        except (OSError, AssertionError):
            time.sleep(0.1)
        finally:
            with suppress(OSError, AssertionError):
                printer.close()
    return False
