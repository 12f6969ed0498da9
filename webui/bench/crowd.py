"""Four kiosks and two desks at once, as fast as they can; and one tap after the other until its slip is on paper."""

import queue
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable

from webui.bench.scripts import TYPED, Desk, Kiosk, titles
from webui.bench.service import Service

KIOSKS, DESKS = 4, 2
TITLES_EACH = 2400  # of the collection, so that no two kiosks want the same copy


def timed(act: Callable[..., object], *args: object) -> float:
    """The milliseconds that `act` took."""
    began = time.perf_counter()
    act(*args)
    return (time.perf_counter() - began) * 1000


def work(service: Service, seconds: float) -> dict:
    """Visitors sign, search, look, choose and borrow; officers hand over and take back; all times in milliseconds."""
    times: dict[str, list[float]] = defaultdict(list)
    handed: queue.Queue[str] = queue.Queue()
    until, troubles = time.monotonic() + seconds, []

    def visitors(number: int) -> None:
        wanted = list(titles(9))[number * TITLES_EACH:(number + 1) * TITLES_EACH]
        while time.monotonic() < until:
            guest = Kiosk(service.port, number)
            times["start (3 requests)"].append(timed(guest.start))
            times["guest book"].append(timed(guest.sign))
            for words in TYPED[:6]:
                times["search"].append(timed(guest.search, words))
            times["choose (3 requests)"].append(timed(guest.choose, wanted.pop()))
            if guest.may_borrow:
                times["request"].append(timed(guest.borrow))
                times["loan page"].append(timed(guest.look_at_loan))
            guest.close()

    def officer() -> None:
        desk = Desk(service.port)
        desk.sign_in()
        while time.monotonic() < until:
            times["desk page"].append(timed(desk.look))
            for loan in desk.waiting[:3]:
                try:
                    times["hand over"].append(timed(desk.hand_over, loan))
                    handed.put(loan)
                except RuntimeError:
                    continue  # the other desk was faster, and this one was told so
            while not handed.empty():
                loan = handed.get()
                items = desk.open_loan(loan)
                times["return"].append(timed(desk.take_back, loan, items))
            time.sleep(0.05)

    def guarded(act: Callable, *args: object) -> None:
        try:
            act(*args)
        except Exception as trouble:
            troubles.append(trouble)

    people = [threading.Thread(target=guarded, args=(visitors, number)) for number in range(KIOSKS)]
    people += [threading.Thread(target=guarded, args=(officer,)) for _ in range(DESKS)]
    with service.counting() as count:
        for person in people:
            person.start()
        for person in people:
            person.join()
    if troubles:
        raise troubles[0]
    requests = sum(len(t) * (3 if "3 requests" in name else 1) for name, t in times.items())
    return {"actions": {name: {"count": len(t), "p50_ms": statistics.median(t), "p95_ms": sorted(t)[round(len(t) * 0.95) - 1],
                               "max_ms": max(t)} for name, t in sorted(times.items())},
            "per_second": requests / seconds, "cpu_share": count.cpu_ms / 1000 / seconds}


def taps_to_paper(service: Service, taps: int) -> list[float]:
    """Milliseconds from the tap on "Serahkan" until the printer has the slip's last byte."""
    desk, times = Desk(service.port), []
    desk.sign_in()
    wanted = list(titles(21))
    for number in range(taps):
        guest = Kiosk(service.port, number)
        guest.start()
        guest.sign()
        while True:
            guest.choose(wanted.pop())
            if guest.may_borrow:
                break
        guest.borrow()
        guest.close()
        desk.look()
        times.append(timed(_hand_over_and_wait, desk, desk.waiting[0], service, len(list(service.paper.rglob("*.bin")))))
    return times


def _hand_over_and_wait(desk: Desk, loan: str, service: Service, before: int) -> None:
    desk.hand_over(loan)
    while len(list(service.paper.rglob("*.bin"))) == before:
        time.sleep(0.001)
