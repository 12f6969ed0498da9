"""Measures the service beside the bare database and a minimal view of the same SQL, in one run on one machine."""

import json
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from webui.bench import bare, crowd, making
from webui.bench.scripts import batches
from webui.bench.service import Service

AIMS = {"search": 8.0, "detail": 4.0, "guest book": 3.0, "loan cycle": 12.0}  # CPU ms
CYCLE = ("request", "hand over", "return")


def run_bench(titles: int, seconds: int, as_json: bool) -> None:
    """Measure and print; the databases are made in a temporary folder and removed."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        figures = measure(Path(folder), titles, seconds, (lambda _: None) if as_json else click.echo)
    click.echo(json.dumps(figures, indent=2) if as_json else table(figures))


def measure(folder: Path, titles: int, seconds: int, say: Callable[[str], None]) -> dict:
    """All figures of one run: milliseconds, MiB and seconds."""
    say(f"Making a collection of {titles:,} titles …")
    base = folder / "base"
    seconds_to_import = making.make(base, titles)
    say("Recording the SQL of each action …")
    recorded = bare.record(_copy(base, folder / "recorded"))
    say("The same SQL on the bare database …")
    alone = bare.replay(_copy(base, folder / "bare"), recorded)
    say("The same SQL in a minimal Flask view …")
    minimal = bare.replay_in_a_view(_copy(base, folder / "minimal"), recorded)
    say("The service, one request after the other …")
    with Service(_copy(base, folder / "service")) as service:
        full, paper = one_by_one(service)
        say(f"The service, four kiosks and two desks at once for {seconds} s …")
        together = crowd.work(service, seconds)
        memory = service.memory()
    actions = {name: {"p50_ms": statistics.median(times["wall"]), "p95_ms": p95(times["wall"]), "cpu_ms": times["cpu"],
                      "bare_cpu_ms": alone[name]["cpu"], "view_cpu_ms": minimal[name]["cpu"],
                      "of_bare": times["cpu"] / alone[name]["cpu"], "of_view": times["cpu"] / minimal[name]["cpu"]}
               for name, times in full.items()}
    return {"titles": titles, "import_s": seconds_to_import, "actions": actions, "paper_ms": paper, "together": together,
            "memory_mib": memory, "ready_s": Service(folder / "service").times_to_ready()}


def one_by_one(service: Service) -> tuple[dict[str, dict], dict[str, float]]:
    """CPU per action and the wall times, printing as an action of its own; then how long a tap takes to the last byte on paper."""
    figures = {}
    idle = service.idle_cpu()
    for batch in batches(service):
        batch.prepare()
        service.settle()
        with service.counting(idle) as count:
            walls = [crowd.timed(request) for request in batch.requests]
            service.settle()
        figures[batch.name] = {"wall": walls, "cpu": (count.cpu_ms - count.printing_ms) / len(walls)}
        if batch.name == "hand over":
            printing = count.printing_ms / len(walls)
    taps = crowd.taps_to_paper(service, 40)
    return figures, {"cpu": printing, "p50": statistics.median(taps), "p95": p95(taps)}


def p95(times: list[float]) -> float:
    return sorted(times)[max(0, round(len(times) * 0.95) - 1)]


def _copy(base: Path, target: Path) -> Path:
    shutil.copytree(base, target)
    return target


def table(figures: dict) -> str:
    """The figures as a person reads them."""
    lines = [f"{figures['titles']:,} titles (imported in {figures['import_s']:.1f} s)", "",
             "One after the other          p50 ms   p95 ms   CPU ms   bare SQL   minimal view   of bare   of view"]
    for name, a in figures["actions"].items():
        lines.append(f"  {name:24} {a['p50_ms']:8.1f} {a['p95_ms']:8.1f} {a['cpu_ms']:8.2f} {a['bare_cpu_ms']:10.2f} "
                     f"{a['view_cpu_ms']:14.2f} {a['of_bare']:9.1f} {a['of_view']:9.1f}")
    cycle = sum(figures["actions"][name]["cpu_ms"] for name in CYCLE)
    whole = figures["together"]
    lines += [f"  {'loan cycle (the three)':24} {'':17} {cycle:8.2f}",
              f"  {'its slip, by the printer':24} {'':17} {figures['paper_ms']['cpu']:8.2f}", "",
              "Four kiosks and two desks at once   requests   p50 ms   p95 ms   max ms"]
    for name, t in whole["actions"].items():
        lines.append(f"  {name:33} {t['count']:8} {t['p50_ms']:8.1f} {t['p95_ms']:8.1f} {t['max_ms']:8.1f}")
    lines += [f"  all: {whole['per_second']:.0f} requests/s, server CPU {whole['cpu_share']:.0%} of one core", "",
              f"Tap on “Serahkan” to the last byte at the printer: p50 {figures['paper_ms']['p50']:.0f} ms, "
              f"p95 {figures['paper_ms']['p95']:.0f} ms (aim 300)",
              f"Resident memory after it all: {figures['memory_mib']['now']:.0f} MiB, at most "
              f"{figures['memory_mib']['peak']:.0f} (aim 180)",
              f"Ready on an existing database: {figures['ready_s']:.2f} s (median of 5; aim 2)"]
    aims = {**{name: figures["actions"][name]["cpu_ms"] for name in AIMS if name in figures["actions"]}, "loan cycle": cycle}
    lines += ["CPU against the aims: " + ", ".join(f"{name} {aims[name]:.1f} of {aim:.0f} ms" for name, aim in AIMS.items())]
    return "\n".join(lines)
