"""A browser without a screen: keeps cookies and form tokens, and one connection open."""

import re
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from urllib.parse import urlencode

from webui.access import STATION_COOKIE

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_FIELD = re.compile(r'name="(nonce)" value="([^"]+)"')


class Browser:
    """`connection`: one that many browsers use in turn, instead of one of its own."""

    def __init__(self, port: int, station_token: str = "", connection: HTTPConnection | None = None):
        self.connection = connection or HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = {STATION_COOKIE: station_token} if station_token else {}
        self.token, self.page, self.location = "", "", ""

    def get(self, path: str, part: bool = False) -> str:
        """The page at `path`, or its live part alone."""
        return self._ask("GET", path, None, {"HX-Request": "true"} if part else {})

    def post(self, path: str, form: Mapping[str, str | Sequence[str]] | None = None) -> str:
        """Send `form` with the token of the page last seen; where the answer leads. Raises RuntimeError when it is refused."""
        body = urlencode({"csrf_token": self.token, **(form or {})}, doseq=True)
        self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return self.location

    def field(self, name: str) -> str:
        return dict(_FIELD.findall(self.page))[name]

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, {**headers, "Cookie": cookies})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} answered {answer.status}")
        self.location = answer.headers.get("Location", "")
        if answer.status == 200:
            self.page = text
            if found := _TOKEN.search(text):
                self.token = found[1]
        return text

    def close(self) -> None:
        self.connection.close()
