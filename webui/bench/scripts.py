"""What the measured people do, in batches: everything before the measured request is prepared outside the count."""

import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Protocol

from webui.bench.browser import Browser
from webui.bench.making import OFFICER, PASSWORD, STATION_TOKENS

REPEATS = 100
TYPED = ("pem", "pemil", "pemilih", "pemilihan umum", "keputusan", "daftar pemilih tetap", "134/kpts", "arsip", "penetpan", "hukum 2019",
         "pembentukan", "p", "logistik pemilu", "pedoman teknis")
_guests = itertools.count(1)


class Target(Protocol):
    port: int


@dataclass(frozen=True)
class Batch:
    name: str
    prepare: Callable[[], None]
    requests: list[Callable[[], object]]


class Kiosk:
    """One visitor at one kiosk, from start to loan."""

    def __init__(self, port: int, number: int = 0, connection: HTTPConnection | None = None):
        self.browser = Browser(port, STATION_TOKENS[number % len(STATION_TOKENS)], connection)

    def start(self) -> None:
        self.browser.get("/kiosk")
        self.browser.post("/kiosk/start")
        self.browser.get("/kiosk/guest-book")

    def sign(self) -> None:
        guest = next(_guests)
        self.browser.post("/kiosk/guest-book", {"name": f"Tamu Contoh {guest}", "institution": f"Universitas {guest % 50}",
                                                "category": "student", "purpose": "read"})

    def search(self, words: str) -> None:
        self.browser.get(f"/kiosk/search?q={words.replace(' ', '+')}", part=True)

    def detail(self, title: int) -> None:
        self.browser.get(f"/kiosk/title/{title}")

    def choose(self, title: int) -> None:
        self.browser.get(f"/kiosk/title/{title}")
        self.browser.post("/kiosk/basket/add", {"title_id": str(title)})
        self.browser.get("/kiosk/basket")

    @property
    def may_borrow(self) -> bool:
        """Whether the basket on the screen has nothing in its way."""
        return 'action="/kiosk/borrow"' in self.browser.page

    def look_at_loan(self) -> None:
        self.browser.get("/kiosk/loan", part=True)

    def borrow(self) -> None:
        self.browser.post("/kiosk/borrow")

    def close(self) -> None:
        self.browser.close()


class Desk:
    """The officer."""

    def __init__(self, port: int):
        self.browser = Browser(port)
        self.waiting: list[str] = []

    def sign_in(self) -> None:
        self.browser.get("/sign-in")
        self.browser.post("/sign-in", {"username": OFFICER, "password": PASSWORD})
        self.look()

    def look(self) -> None:
        """The live page, and the loans that wait on it."""
        self.waiting = re.findall(r'action="(/desk/loan/\d+)/hand-over"', self.browser.get("/desk"))

    def hand_over(self, loan: str) -> None:
        self.browser.post(f"{loan}/hand-over")

    def open_loan(self, loan: str) -> list[str]:
        return re.findall(r'name="item" value="(\d+)"', self.browser.get(loan))

    def take_back(self, loan: str, items: list[str]) -> None:
        self.browser.post(f"{loan}/return", {"item": items})

    def close(self) -> None:
        self.browser.close()


def titles(seed: int) -> Iterator[int]:
    """Numbers of titles, none twice, spread over a collection of at least ten thousand."""
    numbers = list(range(1, 10_000))
    random.Random(seed).shuffle(numbers)  # noqa: S311 nothing secret
    return iter(numbers)


def batches(target: Target) -> Iterator[Batch]:
    """The measured actions in their order; each batch builds on what the ones before left."""
    port, wanted = target.port, titles(3)
    looking = Kiosk(port)
    yield Batch("search", looking.start, [lambda words=words: looking.search(words) for words in itertools.islice(
        itertools.cycle(TYPED), REPEATS)])
    yield Batch("detail", lambda: None, [lambda title=title: looking.detail(title) for title in itertools.islice(wanted, REPEATS)])
    guests = [Kiosk(port, number, looking.browser.connection) for number in range(REPEATS)]

    def arrive() -> None:
        for guest in guests:
            guest.start()

    yield Batch("guest book", arrive, [guest.sign for guest in guests])

    def choose() -> None:
        for guest in guests:
            while True:
                guest.choose(next(wanted))
                if guest.may_borrow:
                    break

    yield Batch("request", choose, [guest.borrow for guest in guests])
    yield Batch("loan page", lambda: None, [guest.look_at_loan for guest in guests])
    desk = Desk(port)
    desk.sign_in()
    loans = [f"/desk/loan/{number}" for number in range(1, REPEATS + 1)]
    yield Batch("hand over", lambda: None, [lambda loan=loan: desk.hand_over(loan) for loan in loans])
    items: dict[str, list[str]] = {}

    def look_up() -> None:
        for loan in loans:
            items[loan] = desk.open_loan(loan)

    yield Batch("return", look_up, [lambda loan=loan: desk.take_back(loan, items[loan]) for loan in loans])
    looking.close()
    desk.close()
