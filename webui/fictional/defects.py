"""What goes wrong between the paper and the scan: pages lost, swapped, scanned twice, or got in from another document."""

import random
from collections.abc import Iterator

from scanner.workshop.texts import PageText
from webui.fictional.decisions import Paper


def broken(paper: Paper, other: Paper, seed: int) -> Iterator[tuple[str, list[PageText]]]:
    """Each way in which `paper` can be broken, with its name; `other` is where foreign pages come from."""
    chance, pages, count = random.Random(seed), paper.pages, len(paper.pages)
    body = paper.annexes[0] if paper.annexes else count
    strange = other.pages[:other.annexes[0] if other.annexes else None]
    if count > 1:
        yield "first page missing", pages[1:]
        yield "first two swapped", [pages[1], pages[0], *pages[2:]]
    if body > 2:
        at = chance.randrange(1, body - 1)
        yield "middle page missing", pages[:at] + pages[at + 1:]
        yield "two swapped", [*pages[:at], pages[at + 1], pages[at], *pages[at + 2:]]
    if body > 1:
        yield "last page missing", pages[:body - 1] + pages[body:]
        at = chance.randrange(body)
        yield "page exchanged", [*pages[:at], strange[min(at, len(strange) - 1)], *pages[at + 1:]]
    if paper.annexes:
        end = paper.annexes[1] if len(paper.annexes) > 1 else count
        yield "annex missing", pages[:body] + pages[end:]
        if end - body > 2:
            yield "page of the annex missing", pages[:body + 1] + pages[body + 2:]
        if other.annexes:
            yield "annex of another", [*pages[:body], other.pages[other.annexes[0]], *pages[body + 1:]]
    at = chance.randrange(count)
    yield "page doubled", pages[:at + 1] + pages[at:]
    at = chance.randrange(1, body + 1)
    yield "foreign page", [*pages[:at], chance.choice(strange), *pages[at:]]
