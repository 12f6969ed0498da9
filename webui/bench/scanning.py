"""Measures scanning: every way to a scanner beside bare scanimage, one at its own pace, and a batch of many pages through the service."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from webui.bench import long_batch, scanners
from webui.bench.scanners import BARE

AIMS = {"gray_of_bare": 0.25, "color_pages_per_minute": 200.0, "of_its_pace": 0.97, "grows_mib": 10.0, "picture_s": 1.0}


def run_bench(pages: int, seconds: int, as_json: bool) -> None:
    """Measure and print; everything is made in a temporary folder and removed."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        figures = measure(Path(folder), pages, seconds, (lambda _: None) if as_json else click.echo)
    click.echo(json.dumps(figures, indent=2) if as_json else table(figures))


def measure(folder: Path, pages: int, seconds: int, say: Callable[[str], None]) -> dict:
    """`pages` in the long batch; the scanner with a pace of its own feeds for so many `seconds`."""
    return {"adapters": scanners.beside_bare(folder, say), "paced": scanners.with_its_own_pace(folder, seconds, say),
            "batch": long_batch.scan_many(folder, pages, say)}


def table(figures: dict) -> str:
    """The figures as a person reads them."""
    return "\n".join([*_adapters(figures["adapters"]), "", *_paced(figures["paced"]), "", *_batch(figures["batch"])])


def _adapters(figures: dict) -> list[str]:
    lines = []
    for mode, aim in (("gray", f"aim {AIMS['gray_of_bare']} of bare"), ("color", f"aim {AIMS['color_pages_per_minute']:.0f} pages/min")):
        lines.append(f"{f'A4, 300 dpi, {mode} ({aim})':46} pages/min   of bare   CPU s/page   MiB at most")
        for name, one in figures[mode].items():
            part = f"{one['of_bare']:9.3f}" if one["of_bare"] and name != BARE else " " * 9
            lines.append(f"  {name:44} {one['pages_per_minute']:9.0f} {part} {one['cpu_s_per_page']:12.3f} {one['memory_mib']:13.0f}")
    return lines + [f"  left out: {name}: {why}" for name, why in figures["missing"].items()]


def _paced(figures: dict) -> list[str]:
    return [f"escl:// at a scanner of 60 pages a minute: {figures['pages_per_minute']:.1f}, {figures['of_its_pace']:.3f} of its pace "
            f"(aim {AIMS['of_its_pace']}), {figures['cpu_s_per_page']:.3f} s CPU a page, {figures['memory_mib']:.0f} MiB at most"]


def _batch(figures: dict) -> list[str]:
    memory = figures["memory_mib"]
    first, last = memory[list(memory)[1]], memory[list(memory)[-1]]
    lines = [f"A batch of {figures['pages']} colour pages through the service, {figures['pages_per_minute']:.0f} pages/min",
             "  resident memory: " + ", ".join(f"{mib:.0f} MiB {f'after {count}' if count else 'before'}" for count, mib in memory.items())
             + f"; {last - first:+.0f} from {list(memory)[1]} on (aim {AIMS['grows_mib']:.0f}), {figures['peak_mib']:.0f} at most"]
    seen = f"its small picture in a browser that asks every {figures['asks_every_s']:.1f} s"
    for name, words in (("row_s", "its row"), ("picture_s", seen)):
        each = figures[name]
        lines.append(f"  a page's last byte to {words}: median {each['median']:.2f} s, p95 {each['p95']:.2f}, max {each['max']:.2f}"
                     + (f" (aim {AIMS['picture_s']:.0f})" if name == "picture_s" else ""))
    for name, words in (("page", "its page"), ("live", "the live part with one more"), ("nothing new", "when nothing is new")):
        each = figures["answers_ms"][name]
        lines.append(f"  answered with all pages, {words}: p50 {each['median']:.1f} ms, p95 {each['p95']:.1f}")
    return lines
