"""Scanned pages with what truly stands on them: those of a folder, or some that are drawn for the measurement."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from scanner.devices.simulated import PICTURES
from scanner.workshop.texts import Box, PageText
from webui.fictional import decisions, layout

LIST = "corpus.json"
FIELDS = {"number": "nomor_lengkap", "year": "tahun", "title": "judul", "date": "tanggal", "place": "tempat", "signatory": "penandatangan"}
SEEDS = (3, 11, 26)       # of the decisions that are drawn
VIOLET, GRAIN = (110, 90, 190), 12  # of 255, how much darker a dot may be


@dataclass(frozen=True)
class Scan:
    """A page: its picture, its true text (empty: it is blank), the document that it is of ("" for a separator sheet), clockwise degrees
    that make it upright (None: nobody knows), its kind (first, text, sign, table, blank, separator), the page that it is a second scan
    of, and what is true of its document, by the names of `reading.Field`."""

    path: Path
    truth: str
    document: str = "1"
    turn: int | None = None
    kind: str = ""
    twin: str = ""
    dpi: int | None = None
    true: Mapping[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        return not self.truth.strip()


def scans(folder: Path) -> list[Scan]:
    """The pages of `folder`: each picture `<id>.jpg` that has a text `<id>.txt` beside it; more of them where corpus.json tells it.

    Raises ValueError when there is none.
    """
    pictures = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES and path.with_suffix(".txt").is_file())
    if not pictures:
        raise ValueError(f"{folder} has no picture with its text beside it, such as 1.jpg and 1.txt")
    told = {each["id"]: each for each in json.loads((folder / LIST).read_text())} if (folder / LIST).is_file() else {}
    return [_scan(path, told.get(path.stem)) for path in pictures]


def _scan(path: Path, told: Mapping[str, Any] | None) -> Scan:
    truth = path.with_suffix(".txt").read_text()
    if told is None:
        return Scan(path, truth)
    twin = next((defect.partition(":")[2] for defect in told.get("defects", ()) if defect.startswith("duplicate-of:")), "")
    true = {name: str(told["meta"][key]) for name, key in FIELDS.items()} if told.get("meta") else {}
    return Scan(path, truth, told["doc"] or "", -told.get("rot", 0) % 360, told.get("kind", ""), twin, told.get("dpi"), true)


def documents(pages: Sequence[Scan]) -> list[list[Scan]]:
    """The pages of each document; separator sheets are of none."""
    ours = sorted((page for page in pages if page.document), key=lambda page: page.document)  # stable: pages stay in their order
    return [list(group) for _, group in groupby(ours, lambda page: page.document)]


# --- drawn -------------------------------------------------------------------------------------------------------------------------


def draw(folder: Path) -> None:
    """Put scans of three decisions into `folder`, with a page upside down, one scanned twice, one blank, and a separator sheet."""
    folder.mkdir()
    told = []
    for number, seed in enumerate(SEEDS, start=1):
        paper = decisions.decision(seed)
        true = {"nomor_lengkap": paper.number, "tahun": paper.year, "judul": paper.title, "tanggal": paper.date, "tempat": paper.place,
                "penandatangan": paper.signatory}
        for at, page in enumerate(paper.pages):
            kind = "first" if at == 0 else "table" if at in paper.annexes else "sign" if _closing(page) else "text"
            told.append(_put(folder, f"d{number}p{at + 1}", _sheet(page), page.text, doc=f"D{number}", kind=kind,
                             meta=true if kind in ("first", "sign") else None, rot=180 if (number, at) == (1, 1) else 0))
        if number == 1:
            told.append(_put(folder, "d1p1b", Image.new("RGB", layout.A4, (layout.PAPER,) * 3), "", doc="D1", kind="blank"))
        if number == 2:
            told.append(_put(folder, "d2p1dup", _sheet(paper.pages[0]).rotate(0.6, Image.Resampling.BICUBIC, fillcolor=(layout.PAPER,) * 3),
                             paper.pages[0].text, doc="D2", kind="first", defects=["duplicate-of:d2p1"]))
    code = "loket:separator:0"
    sheet = Image.new("RGB", layout.A4, (layout.PAPER,) * 3)
    sheet.paste(qrcode.make(code).get_image().convert("RGB").resize((600, 600), Image.Resampling.NEAREST), (900, 1200))
    told.append(_put(folder, "sep1", sheet, code, doc=None, kind="separator"))
    (folder / LIST).write_text(json.dumps(told))


def _closing(page: PageText) -> Box | None:
    """Where it says where it was enacted; the seal is below it."""
    return next((line.box for line in page.lines if line.text.startswith("Ditetapkan di")), None)


def _sheet(page: PageText) -> Image.Image:
    """In colour; with a seal over its closing block when it has one."""
    sheet = layout.drawn(page).convert("RGB")
    if block := _closing(page):
        pen, (x, y) = ImageDraw.Draw(sheet), (block.x - 250, block.y + 150)
        pen.ellipse((x, y, x + 420, y + 420), outline=VIOLET, width=9)
        pen.text((x + 80, y + 180), "KANTOR REKAAN", VIOLET, layout.font(8))
    return sheet


def _put(folder: Path, name: str, sheet: Image.Image, truth: str, rot: int = 0, **told: Any) -> dict[str, Any]:
    """As a scanner gives it, not quite sharp and with a grain; turned clockwise by `rot` degrees."""
    grain = Image.frombytes("L", (256, 256), random.Random(name).randbytes(256 * 256))  # noqa: S311
    grain = grain.point(lambda dot: dot * GRAIN // 256)
    soft = sheet.rotate(-rot, expand=True).filter(ImageFilter.GaussianBlur(0.8))
    tiled = Image.new("L", soft.size)
    for x in range(0, soft.width, 256):
        for y in range(0, soft.height, 256):
            tiled.paste(grain, (x, y))
    ImageChops.subtract(soft, Image.merge("RGB", [tiled] * 3)).save(folder / f"{name}.jpg", quality=92, dpi=(layout.DPI, layout.DPI))
    (folder / f"{name}.txt").write_text(truth)
    return {"id": name, "dpi": layout.DPI, "rot": rot, "defects": [], "meta": None, **told}
