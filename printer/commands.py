"""ESC/POS bytes, cut into commands: the grammar that the simulated printer and the drawing of its paper share."""

import re
from dataclasses import dataclass

# How many bytes follow each command's first two, as in Epson's ESC/POS reference; those with a length of their own are below.
_FIXED = {
    b"\x1b@": 0, b"\x1b2": 0, b"\x1b3": 1, b"\x1b!": 1, b"\x1b-": 1, b"\x1ba": 1, b"\x1bd": 1, b"\x1bE": 1, b"\x1bG": 1,
    b"\x1bJ": 1, b"\x1bM": 1, b"\x1bR": 1, b"\x1bt": 1, b"\x1b{": 1, b"\x1bB": 2, b"\x1b$": 2, b"\x1b\\": 2, b"\x1bp": 3,
    b"\x1d!": 1, b"\x1dB": 1, b"\x1dI": 1, b"\x1da": 1, b"\x1db": 1, b"\x1dr": 1, b"\x1dL": 2, b"\x1dW": 2,
    b"\x1c.": 0, b"\x1c&": 0, b"\x10\x04": 1, b"\x10\x05": 1, b"\x10\x14": 3,
}
_TEXT = re.compile(rb"[\x20-\xff]+")


@dataclass(frozen=True)
class Command:
    """`name` is the command's first two bytes (one for a control character, empty for text), `data` what follows them."""

    name: bytes
    data: bytes

    @property
    def raw(self) -> bytes:
        return self.name + self.data


def split(data: bytes) -> tuple[list[Command], bytes]:
    """The whole commands at the beginning of `data`, and the rest: a command that has not come completely yet."""
    found, at = [], 0
    while at < len(data):
        if text := _TEXT.match(data, at):
            found.append(Command(b"", text.group()))
            at = text.end()
            continue
        name = data[at:at + 2] if data[at] in b"\x1b\x1d\x1c\x10" else data[at:at + 1]
        length = _length(name, data[at + 2:at + 10]) if data[at] in b"\x1b\x1d\x1c\x10" else 0
        if length is None or at + len(name) + length > len(data):
            break
        found.append(Command(name, data[at + len(name):at + len(name) + length]))
        at += len(name) + length
    return found, data[at:]


def _length(name: bytes, head: bytes) -> int | None:
    """How many bytes follow `name`, told by the first of them; None when too few are there to tell."""
    if len(name) < 2:
        return None
    if name == b"\x1dV":  # cut: functions B and C carry a feed
        return None if not head else 2 if head[0] >= 65 else 1
    if name == b"\x1dv":  # GS v 0 m xL xH yL yH
        return None if len(head) < 6 else 6 + int.from_bytes(head[2:4], "little") * int.from_bytes(head[4:6], "little")
    if name in (b"\x1d(", b"\x1b("):
        return None if len(head) < 3 else 3 + int.from_bytes(head[1:3], "little")
    if name == b"\x1b*":
        return None if len(head) < 3 else 3 + int.from_bytes(head[1:3], "little") * (3 if head[0] >= 32 else 1)
    return _FIXED.get(name, 0)
