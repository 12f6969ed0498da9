"""HTTP with the hosts that the settings name and with no others, and with no address inside the office's network unless they name it."""

import contextlib
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

from foundation.text import t
from scanner.publishing.publisher import Unpublished, Unreachable

CONNECTS_WITHIN = 10.0   # seconds
ANSWERS_WITHIN = 60.0    # seconds, for each piece
ENDS_WITHIN = 1800.0     # seconds, for all of it: 60 MB at 35 kB/s
REDIRECTS = 5
BLOCK = 1 << 16
PORTS = {"http": 80, "https": 443}
ASK = t("Ask the administrator whether it is right: the hosts are in the settings.")
WAIT = t("It is tried again by itself. If it stays so, ask who runs that site.")


def origin(url: str) -> str:
    """host:port of `url`, as the lists of hosts have it; only the host where the port is that of its scheme."""
    parts = urlsplit(url)
    return _named(parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0))


def _named(host: str, port: int) -> str:
    return host if port in PORTS.values() else f"{host}:{port}"


class Answer:
    """What came back; read within the `with` that it was asked for in."""

    def __init__(self, response: HTTPResponse, url: str, ends_at: float):
        self.response, self.url, self.ends_at = response, url, ends_at
        self.status = response.status

    def pieces(self, most: int) -> Iterator[bytes]:
        """The body. Raises Unreachable when it is cut off or too slow, Unpublished when it has more than `most` bytes."""
        told, got = self.response.getheader("Content-Length"), 0
        while piece := self.response.read(BLOCK):
            got += len(piece)
            if got > most:
                raise Unpublished(t("%(url)s gives more than a page or a file can have."), ASK, lasting=True, url=self.url)
            if time.monotonic() > self.ends_at:
                raise TimeoutError("too slow")
            yield piece
        if told and told.isdecimal() and got < int(told):
            raise ConnectionError(f"{got} of {told} bytes")

    def body(self, most: int) -> bytes:
        return b"".join(self.pieces(most))

    def text(self, most: int) -> str:
        return self.body(most).decode(self.response.headers.get_content_charset() or "utf-8", "replace")

    def json(self, most: int) -> Any:
        """Raises ValueError when it is none."""
        return json.loads(self.body(most))


class Web:
    """`hosts` and `private` as `origin` names them; a host of `private` may have an address that is not public."""

    def __init__(self, hosts: Collection[str], private: Collection[str] = ()):
        self.hosts, self.private = {*hosts, *private}, set(private)

    def check(self, url: str) -> SplitResult:
        """The parts of an address that may be asked. Raises Unpublished for every other one."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            parts, host, port = urlsplit(""), "", 0
        if not host or parts.username is not None or not url.isascii() or any(letter <= " " for letter in url):
            raise Unpublished(t("“%(url)s” is no address of a page."), t("Write it as the browser shows it, beginning with https://."),
                              lasting=True, url=url[:200])
        if _named(host, port) not in self.hosts:
            raise Unpublished(t("%(host)s is not among the sites that we publish on."), ASK, lasting=True, host=_named(host, port))
        return parts

    @contextmanager
    def get(self, url: str) -> Iterator[Answer]:
        """Fresh, not out of a cache; led on only within one host."""
        ends_at, first = time.monotonic() + ENDS_WITHIN, self.check(url).hostname
        for _ in range(REDIRECTS):
            with self._asked("GET", url, {"Cache-Control": "no-cache"}, None, ends_at) as answer:
                if answer.status not in (301, 302, 303, 307, 308):
                    yield answer
                    return
                further = urljoin(url, answer.response.getheader("Location", ""))
            if self.check(further).hostname != first:
                raise Unpublished(t("%(url)s leads to another site, %(host)s."), ASK, lasting=True, url=url, host=origin(further))
            url = further
        raise Unpublished(t("%(url)s leads in a circle."), ASK, lasting=True, url=url)

    @contextmanager
    def post(self, url: str, headers: Mapping[str, str], body: BinaryIO, length: int) -> Iterator[Answer]:
        """Send `body`, of `length` bytes; led nowhere else."""
        given = {**headers, "Content-Length": str(length)}
        with self._asked("POST", url, given, body, time.monotonic() + ENDS_WITHIN) as answer:
            yield answer

    @contextmanager
    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: BinaryIO | None, ends_at: float) -> Iterator[Answer]:
        parts = self.check(url)
        with contextlib.closing(self._connection(parts)) as connection, _troubles(url):
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, body, {"Accept-Encoding": "identity", "User-Agent": "Loket", **headers})
            with contextlib.closing(connection.getresponse()) as response:
                yield Answer(response, url, ends_at)

    def _connection(self, parts: SplitResult) -> HTTPConnection:
        """Connected to an address that was looked at: what a name leads to may change between a look and a call."""
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        secure = {"context": ssl.create_default_context()} if parts.scheme == "https" else {}
        made = kind(host, port, timeout=CONNECTS_WITHIN, **secure)
        made._create_connection = lambda _address, *more, **_: self._dial(host, port)  # the one door that http.client leaves
        with _troubles(parts.geturl()):
            made.connect()
            made.sock.settimeout(ANSWERS_WITHIN)
        return made

    def _dial(self, host: str, port: int) -> socket.socket:
        problem: OSError = OSError("no address")
        found = [each[4][:2] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        public = [each for each in found if _named(host, port) in self.private or _is_public(each[0])]
        if found and not public:
            raise Unpublished(t("%(host)s leads to an address inside a private network."), ASK, lasting=True, host=host)
        for address in public:
            try:
                return socket.create_connection(address, CONNECTS_WITHIN)
            except OSError as each:
                problem = each
        raise problem


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or found
    return inner.is_global and not inner.is_multicast


@contextmanager
def _troubles(url: str) -> Iterator[None]:
    """What the network says, as a trouble with a sentence."""
    host = origin(url)
    try:
        yield
    except TimeoutError as problem:
        raise Unreachable(t("%(host)s does not answer in time."), WAIT, said=str(problem), host=host) from None
    except ssl.SSLCertVerificationError as problem:
        raise Unpublished(t("The certificate of %(host)s is not good."), ASK, lasting=True, said=problem.verify_message,
                          host=host) from None
    except socket.gaierror as problem:
        raise Unreachable(t("Nobody knows the name %(host)s."),
                          t("See whether this computer is on the internet. It is tried again by itself."),
                          said=str(problem), host=host) from None
    except (HTTPException, OSError) as problem:
        raise Unreachable(t("The connection to %(host)s broke."), WAIT, said=repr(problem)[:300], host=host) from None
