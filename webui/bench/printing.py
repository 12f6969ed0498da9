"""Measures printing: what faults do to slips here and with plain python-escpos, what a slip costs, and how worn it may be to be read."""

import json
import random
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import click

from foundation.opening import open_database
from foundation.settings import Settings
from printer.connect import open_printer
from printer.decoding import decode
from printer.layout import Paper
from printer.receipt import Band, Big, Emphasis, Heading, Line, Pair, QrCode, Receipt, Rule, Title
from printer.simulated import SimulatedPrinterServer
from printer.thermal import render
from webui.bench import damage, faults
from webui.migrating import upgrade

TIMES = 100
SLIPS_READ = 50
AIMS = {"build_ms": 10.0, "send_ms_over_socket": 5.0, "read": 0.96}
PAPERS = {f"{width} mm, QR by {'the printer' if native else 'us'}": Paper(width, native_qr=native)
          for width in (58, 80) for native in (False, True)}
WORN = {"as printed": lambda paper, _: paper, "faded by 60 %": damage.faded(0.6), "faded by 70 %": damage.faded(0.7),
        "8 dead dots": damage.dead_dots(8), "3 scratches": damage.scratched(3), "crumpled, 1.5 dots": damage.crumpled(1.5),
        "crumpled, 2.5 dots": damage.crumpled(2.5)}


def run_bench(slips: int, seed: int, as_json: bool) -> None:
    """Measure and print; everything is made in a temporary folder and removed."""
    say = (lambda _: None) if as_json else click.echo
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        figures = measure(Path(folder), slips, seed, say)
    click.echo(json.dumps(figures, indent=2) if as_json else table(figures))


def measure(folder: Path, slips: int, seed: int, say: Callable[[str], None]) -> dict:
    say(f"{slips} slips under faults, through the spool …")
    database = open_database(Settings(data=folder))
    upgrade(database)
    ours = faults.with_the_spool(database, folder, seed, slips)
    database.close()
    say("The same faults, with plain python-escpos …")
    plain = faults.with_plain_escpos(folder, seed, slips)
    say("What a slip costs …")
    build = {name: _build(paper, 10_000 + TIMES * place) for place, (name, paper) in enumerate(PAPERS.items())}
    with _printer_elsewhere(folder / "quick") as port:
        send = _send(port)
    say("Reading worn slips …")
    return {"seed": seed, "faults": {"spool": asdict(ours), "plain": asdict(plain)}, "build": build, "send": send,
            "read": {name: _read(worn) for name, worn in WORN.items()}}


def a_slip(number: int) -> Receipt:
    """A slip as long as most: three titles, fictional."""
    names = ("Penetapan Daftar Pemilih Tetap (fiktif)", "Pedoman Teknis Pengelolaan Arsip (fiktif)", "Jurnal Hukum (fiktif)")
    titles = [part for title in names for part in (Title(title), Line("134/Kpts/KPU/2016 · UJI-0042-1", center=True))]
    return Receipt((Band(), Heading("Perpustakaan Hukum JDIH"), Line("Bukti pinjam", center=True), Rule(), *titles,
                    Emphasis("Kembalikan sebelum", "Rabu, 25 November 2026"), QrCode(f"{number:034d}"), Big("2026-00042-7391"), Rule(),
                    Pair("Peminjam", "Ratna W."), Pair("Dipinjam", "22 Nov 2026 10.42"), Rule(), Line("Terima kasih", center=True)))


def _build(paper: Paper, first: int) -> dict[str, float]:
    """CPU milliseconds and bytes; every slip from number `first` on has another code, so none is drawn from memory."""
    size = len(render(a_slip(first), paper))
    began = time.process_time()
    for number in range(first + 1, first + TIMES + 1):
        render(a_slip(number), paper)
    return {"cpu_ms": (time.process_time() - began) * 1000 / TIMES, "bytes": size}


@contextmanager
def _printer_elsewhere(folder: Path) -> Iterator[int]:
    """The port of a simulated printer in a process of its own, as a real one is."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(folder, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join()


def _serve(folder: Path, pipe: Connection) -> None:
    with SimulatedPrinterServer(folder) as server:
        pipe.send(server.port)
        pipe.recv()


def _send(port: int) -> dict[str, float]:
    """Median milliseconds from the first byte's connection to the fence's answer, beside a bare socket with the same bytes."""
    payload, ours, bare = render(a_slip(1), Paper(80)), [], []
    printer = open_printer(f"tcp://127.0.0.1:{port}")
    for _ in range(TIMES):
        began = time.perf_counter()
        printer.send(payload, lambda: None).close()
        ours.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(payload + b"\x1dr\x01")
            connection.recv(1)
        bare.append((time.perf_counter() - began) * 1000)
    return {"ours_ms": statistics.median(ours), "bare_ms": statistics.median(bare)}


def _read(worn: damage.Damage) -> dict[str, float]:
    """The shares of slips that are read at the first look, and with the other looks of `decode`."""
    once = again = 0
    for seed in range(SLIPS_READ):
        chance = random.Random(seed)  # noqa: S311 nothing secret
        code = f"{chance.randrange(10**34):034d}"
        picture = damage.photographed(worn(damage.code_on_paper(code), chance), chance)
        once += decode(picture, looks=1) == code
        picture.seek(0)
        again += decode(picture) == code
    return {"one_look": once / SLIPS_READ, "all_looks": again / SLIPS_READ}


def table(figures: dict) -> str:
    """The figures as a person reads them."""
    ours, plain = figures["faults"]["spool"], figures["faults"]["plain"]
    lines = [f"{ours['slips']} slips, {ours['faulted']} of them under faults (seed {figures['seed']})",
             "                                       Loket   python-escpos, 3 tries",
             f"  lost, and nobody was told          {ours['lost']:7} {plain['lost']:9}",
             f"  doubled without SALINAN            {ours['doubled']:7} {plain['doubled']:9}",
             f"  a person was asked to look         {ours['looked_at']:7} {plain['looked_at']:9}"
             f"   (on paper all the same: {ours['printed_all_the_same']} and {plain['printed_all_the_same']})", "",
             f"Building a slip of three titles         CPU ms    bytes   (aim {AIMS['build_ms']:.0f} ms)"]
    lines += [f"  {name:36} {cost['cpu_ms']:7.2f} {cost['bytes']:8}" for name, cost in figures["build"].items()]
    send = figures["send"]
    lines += ["", f"Sending it, from connecting to the fence's answer: {send['ours_ms']:.2f} ms; a bare socket with the same bytes "
              f"{send['bare_ms']:.2f} ms; {send['ours_ms'] - send['bare_ms']:.2f} ms over it (aim {AIMS['send_ms_over_socket']:.0f})", "",
              "Slips read by a small camera (synthetic)   one look   all looks"]
    lines += [f"  {name:40} {read['one_look']:8.0%} {read['all_looks']:10.0%}" for name, read in figures["read"].items()]
    return "\n".join(lines)
