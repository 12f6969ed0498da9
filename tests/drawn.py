"""Pages as scanners give them, drawn: text and little more than nothing on paper with a tint and a grain, and what goes wrong."""

import random
from functools import cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

DPI = 300
A4 = (2480, 3508)
PAPER, BLACK = 243, 30
WORDS = (
    "menimbang", "mengingat", "bahwa", "keputusan", "ketua", "komisi", "pemilihan", "umum", "tentang", "penetapan", "jadwal",
    "dan", "tahapan", "kegiatan", "dalam", "rangka", "pelaksanaan", "ketentuan", "pasal", "ayat", "huruf", "peraturan", "nomor",
    "tahun", "perlu", "menetapkan", "daerah", "kabupaten", "kota", "provinsi", "sebagaimana", "dimaksud", "pada", "dokumentasi",
    "informasi", "hukum", "pengelolaan", "jaringan", "anggota", "panitia", "kecamatan", "sekretariat", "lampiran", "salinan",
    "sesuai", "aslinya", "bagian",
)


def mm(length: float, dpi: int = DPI) -> int:
    return round(length / 25.4 * dpi)


@cache
def font(points: float, dpi: int = DPI, name: str = "DejaVuSerif") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(f"/usr/share/fonts/truetype/dejavu/{name}.ttf", round(points * dpi / 72))


def empty(dpi: int = DPI) -> Image.Image:
    return Image.new("L", tuple(side * dpi // DPI for side in A4), PAPER)


def text(seed: int, dpi: int = DPI, ink: int = BLACK, left_mm: float = 25, lines: int = 42) -> Image.Image:
    """A page of text, some paragraphs of which are short or moved in."""
    words, page = random.Random(seed), empty(dpi)
    draw = ImageDraw.Draw(page)
    for line in range(lines):
        indent = words.choice((0, 0, 0, 10)) if line % 4 == 0 else 0
        wide, said = mm((words.choice((60, 100)) if line % 4 == 3 else 160) - indent, dpi), ""
        while (longer := f"{said} {words.choice(WORDS)}".strip()) and draw.textlength(longer, font(11, dpi)) < wide:
            said = longer
        draw.text((mm(left_mm + indent, dpi), mm(25 + 5.8 * line, dpi)), said, ink, font(11, dpi))
    return page


def scanned(page: Image.Image, seed: int = 0, blur: float = 0.8) -> Image.Image:
    """As a scanner sees it: not quite sharp, and with a grain."""
    soft = np.asarray(page.filter(ImageFilter.GaussianBlur(blur))).astype(np.int16)
    grain = np.random.default_rng(seed).normal(0, 3, (512, 512)).astype(np.int16)
    grain = np.tile(grain, (soft.shape[0] // 512 + 1, soft.shape[1] // 512 + 1))[:soft.shape[0], :soft.shape[1]]
    return Image.fromarray(np.clip(soft + (grain if soft.ndim == 2 else grain[..., None]), 0, 255).astype(np.uint8))


def crooked(page: Image.Image, degrees: float) -> Image.Image:
    """Its lines climb to the right by so much."""
    return page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=PAPER)


# --- pages that are blank, with all that a scanner sees on blank paper ------------------------------------------------------------


def show_through(seed: int) -> Image.Image:
    """The back of a page of text."""
    back = text(seed).transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(5))
    return back.point(lambda dot: int(PAPER - 0.13 * (PAPER - dot)))


def dust(seed: int) -> Image.Image:
    page, where = empty(), random.Random(seed)
    for _ in range(40):
        x, y, size = where.randrange(A4[0]), where.randrange(A4[1]), where.choice((1, 2, 3))
        page.paste(where.randrange(20, 160), (x, y, x + size, y + where.choice((1, 2, 3))))
    return page


def streaks(seed: int) -> Image.Image:
    """What dust on the glass of a feeder draws."""
    page, where = empty(), random.Random(seed)
    for _ in range(2):
        x = where.randrange(200, A4[0] - 200)
        page.paste(where.randrange(60, 150), (x, 0, x + where.choice((2, 3, 5)), A4[1]))
    return page


def shadow(seed: int) -> Image.Image:
    """The edge of the sheet and what is beside it, and uneven light."""
    page, wide = empty(), random.Random(seed).randrange(5, mm(5))
    page.paste(40, (0, 0, wide, A4[1]))
    page.paste(120, (0, A4[1] - wide // 2, *A4))
    return ImageChops.multiply(page, Image.linear_gradient("L").rotate(90).resize(A4).point(lambda dot: 215 + dot // 7))


def bare(_: int) -> Image.Image:
    return empty()


BLANK = (bare, show_through, dust, streaks, shadow)

# --- pages that have hardly anything on them, but something -----------------------------------------------------------------------


def page_number(seed: int) -> Image.Image:
    page = empty()
    ImageDraw.Draw(page).text((A4[0] // 2, mm(15)), f"- {seed + 2} -", BLACK, font(11))
    return page


def figure(seed: int) -> Image.Image:
    page = empty()
    ImageDraw.Draw(page).text((A4[0] // 2 + seed, mm(15)), str(seed + 2), BLACK, font(9))
    return page


def one_line(seed: int) -> Image.Image:
    return text(seed, lines=1)


def stamp(seed: int) -> Image.Image:
    page = Image.merge("RGB", (empty(),) * 3)
    draw, x, y = ImageDraw.Draw(page), 1200 + 40 * seed, 1500 + 90 * seed
    draw.ellipse((x, y, x + mm(35), y + mm(35)), outline=(110, 90, 190), width=8)
    draw.text((x + mm(6), y + mm(15)), "KOMISI CONTOH", (110, 90, 190), font(8))
    return page


def initials(seed: int) -> Image.Image:
    page, where = empty(), random.Random(seed)
    points = [(1700 + 25 * step, 2900 + where.randrange(-90, 90)) for step in range(12)]
    ImageDraw.Draw(page).line(points, BLACK + 40, width=4, joint="curve")
    return page


def pencil(seed: int) -> Image.Image:
    page = empty()
    ImageDraw.Draw(page).text((1500, 300), f"arsip {seed}", int(PAPER * 0.6), font(16, DPI, "DejaVuSans"))
    return page


SPARSE = (page_number, figure, one_line, stamp, initials, pencil)
