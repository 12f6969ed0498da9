"""A site that takes uploads by an HTTP form as a publisher: which field goes where, and where in its answer the address is."""

import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin

from foundation.text import t
from scanner.publishing.public_web import WAIT, Answer, Web
from scanner.publishing.publisher import Order, Placed, Unpublished, Unreachable

LARGEST_ANSWER = 1_000_000  # bytes
PASSING = (408, 425, 429)   # HTTP states below 500 that pass by themselves
LOOK_THERE = t("Ask who runs that site, or put it there by hand.")


class Form:
    """One multipart POST to `url`. `fields` say by our name what the site calls a field; the file goes as `file_field`.

    `page_at` and `file_at` say where the addresses are in the answer (JSON): `data.url`, or `items.0.url`. The file's SHA-256 goes
    with it as Idempotency-Key, so that a site which knows that header keeps one file when it is asked twice.
    """

    def __init__(self, web: Web, url: str, token: str, fields: Mapping[str, str], file_field: str, page_at: str, file_at: str):
        self.web, self.url, self.token, self.fields, self.file_field = web, url, token, fields, file_field
        self.page_at, self.file_at = page_at, file_at

    def put(self, order: Order) -> Placed:
        boundary = secrets.token_hex(16)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Accept": "application/json",
                   "Idempotency-Key": order.sha256, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        with tempfile.TemporaryFile() as body:
            self._write(body, order, boundary)
            length = body.tell()
            body.seek(0)
            with self.web.post(self.url, headers, body, length) as answer:
                _must_have_taken_it(answer, self.url)
                try:
                    said = answer.json(LARGEST_ANSWER)
                except ValueError:
                    said = None
        page = self._address(said, self.page_at)
        if not page:
            raise Unpublished(t("The answer of %(url)s does not say where it is published."), LOOK_THERE, lasting=True, url=self.url)
        return Placed(page, self._address(said, self.file_at))

    def remove(self, order: Order) -> bool:
        return False

    def refresh(self) -> None:
        """What is there is the site's own."""

    def _write(self, body: IO[bytes], order: Order, boundary: str) -> None:
        values = {theirs: order.fields[ours] for ours, theirs in self.fields.items()}
        for name, value in values.items():
            body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'.encode())
        body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(self.file_field)}"; '
                   f'filename="{_quoted(order.file_name)}"\r\nContent-Type: application/pdf\r\n\r\n'.encode())
        body.write(Path(order.path).read_bytes())
        body.write(f"\r\n--{boundary}--\r\n".encode())

    def _address(self, said: Any, where: str) -> str:
        """What the answer has at `where`, as a whole address; empty where it has nothing."""
        for name in where.split(".") if where else ():
            if isinstance(said, list) and name.isdecimal() and int(name) < len(said):
                said = said[int(name)]
            else:
                said = said.get(name) if isinstance(said, dict) else None
        return urljoin(self.url, said) if where and isinstance(said, str) and said else ""


def _quoted(name: str) -> str:
    """As browsers write a name into a multipart form (WHATWG, multipart/form-data encoding)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _must_have_taken_it(answer: Answer, url: str) -> None:
    said = f"HTTP {answer.status}"
    if 200 <= answer.status < 300:
        return
    if 300 <= answer.status < 400:
        raise Unpublished(t("%(url)s leads elsewhere: nothing was sent there."), LOOK_THERE, lasting=True, said=said, url=url)
    if answer.status in (401, 403):
        raise Unpublished(t("%(url)s does not know our token."), t("Ask who runs that site for a new one; the administrator puts it in."),
                          lasting=True, said=said, url=url)
    if answer.status >= 500 or answer.status in PASSING:
        raise Unreachable(t("%(url)s could not take the file just now."), WAIT, said=said, url=url)
    raise Unpublished(t("%(url)s refused the file."), LOOK_THERE, lasting=True, said=said, url=url)
