"""Drawn pages of which it is known what stands where, to the dot, and orders to make a document of them."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from scanner.workshop import assembly
from scanner.workshop.texts import Box, Line, PageText, Word
from tests.drawn import BLACK, DPI, empty, font, mm

ABOUT = {"title": "Penetapan Jadwal Contoh", "number": "7/HK.03/2026", "type": "Keputusan", "year": 2026, "issuer": "Kantor Contoh",
         "subject": "jadwal", "language": "id"}

Row = Sequence[tuple[float, str]]  # pieces of text, each so many mm from the left
DECISION: list[Row] = [
    [(70, "KEPUTUSAN KETUA KOMISI CONTOH")], [(85, "NOMOR 7 TAHUN 2026")], [],
    [(25, "Menimbang"), (55, ":"), (60, "a."), (68, "bahwa untuk kelancaran pelaksa-")],
    [(68, "naan tugas perlu ditetapkan jadwal yang")], [(68, "berlaku bagi semua bagian;")],
    [(60, "b."), (68, "bahwa jadwal itu perlu ditetapkan")], [(68, "dengan keputusan ketua komisi;")],
    [(25, "Mengingat"), (55, ":"), (60, "1."), (68, "Peraturan Komisi Contoh Nomor 19")], [(68, "Tahun 2020 tentang tata naskah;")],
    [], [(90, "MEMUTUSKAN:")], [],
    [(25, "KESATU"), (55, ":"), (60, "Menetapkan jadwal sebagaimana tercantum")], [(60, "dalam lampiran keputusan ini.")],
    [(25, "KEDUA"), (55, ":"), (60, "Keputusan ini mulai berlaku sejak tanggal")], [(60, "ditetapkan.")],
]


def page(rows: Sequence[Row] = DECISION, points: float = 11) -> tuple[Image.Image, PageText]:
    """A4 with 300 dpi, gray; each word's box is as tight as a reader finds it."""
    picture, lines = empty(), []
    pen, letters = ImageDraw.Draw(picture), font(points)
    for number, row in enumerate(rows):
        words = []
        for left, text in row:
            x = mm(left)
            for word in text.split():
                at = (x, mm(30 + 6.2 * number))
                pen.text(at, word, BLACK, letters, anchor="ls")
                left_, top, right, bottom = (round(side) for side in pen.textbbox(at, word, letters, anchor="ls"))
                words.append(Word(word, Box(left_, top, right - left_, bottom - top), 95))
                x += round(letters.getlength(f"{word} "))
        if words:
            lines.append(Line(tuple(words)))
    return picture, PageText(picture.width, picture.height, DPI, tuple(lines))


def stamped(picture: Image.Image, x: int = 1300, y: int = 1500) -> Image.Image:
    """With a stamp in violet over its text, and a signature in blue."""
    page = picture.convert("RGB")
    pen = ImageDraw.Draw(page)
    pen.ellipse((x, y, x + mm(35), y + mm(35)), outline=(110, 90, 190), width=9)
    pen.text((x + mm(6), y + mm(15)), "KOMISI CONTOH I", (110, 90, 190), font(8))
    pen.line([(x + 300 + 40 * step, y + 200 + (90 if step % 2 else -60)) for step in range(9)], (30, 50, 150), width=6, joint="curve")
    return page


def order(folder: Path, pictures: Sequence[tuple[Image.Image, PageText | None]], **more: Any) -> dict[str, Any]:
    """For `compose`; the file is document.pdf in `folder`."""
    pages = []
    for number, (picture, text) in enumerate(pictures):
        path = folder / f"{number}.png"
        picture.save(path, compress_level=1)
        pages.append({"path": str(path), "dpi": DPI, "turned": 0, "skew_degrees": 0.0, "size_mm": None, "text": text and text.to_json()})
    return {"pages": pages, "out": str(folder / "document.pdf"), "about": ABOUT, "footer": "", "qr": "", "profile": "2b",
            "language": "id", **more}


def compose(order: dict[str, Any]) -> dict[str, Any]:
    """All of what Workshop.compose does, in this process."""
    with tempfile.TemporaryDirectory() as drawn:
        made = [assembly.put_in({**page, "out": f"{drawn}/{number}.pdf"}) for number, page in enumerate(order["pages"], start=1)]
        return assembly.compose({**order, "made": made, "drawn": drawn})
