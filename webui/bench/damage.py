"""Slips after a week in a pocket, made from the printer's own dots: pale, scratched, crumpled, and photographed by a cheap camera."""

import io
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from printer.layout import QR_DOTS
from printer.qr import matrix

MARGIN = 24            # dots of bare paper around the quiet zone
PIXELS_A_DOT = 1.5     # of the camera
INK = 25               # how dark thermal black is, 0 to 255
CELL = 12              # dots between two points of the field that crumples

Paper = Image.Image
Damage = Callable[[Paper, random.Random], Paper]


def code_on_paper(text: str) -> Paper:
    """The QR code as a 203 dpi head burns it, each dot a pixel, and a little larger than asked."""
    pixels = matrix(text)
    side = len(pixels)
    code = Image.frombytes("L", (side, side), b"".join(bytes(INK if dark else 255 for dark in row) for row in pixels))
    code = code.resize((side * QR_DOTS, side * QR_DOTS), Image.Resampling.NEAREST)
    paper = Image.new("L", (code.width + 2 * MARGIN, code.height + 2 * MARGIN), 255)
    paper.paste(code, (MARGIN, MARGIN))
    return ImageChops.darker(paper, ImageChops.offset(paper, 1, 0))


def _field(size: tuple[int, int], chance: random.Random, points: int) -> Image.Image:
    """A smooth field of 0 to 255 with `points` hills and hollows a side."""
    coarse = Image.frombytes("L", (points, points), bytes(chance.randrange(256) for _ in range(points * points)))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def faded(share: float) -> Damage:
    """Up to `share` of the black is gone, unevenly."""
    def damage(paper: Paper, chance: random.Random) -> Paper:
        left = _field(paper.size, chance, 4).point(lambda v: round(255 * (1 - share * (0.6 + 0.4 * v / 255))))
        return ImageChops.invert(ImageChops.multiply(ImageChops.invert(paper), left))
    return damage


def dead_dots(many: int) -> Damage:
    """`many` dots of the head burn no more: white lines along the paper."""
    def damage(paper: Paper, chance: random.Random) -> Paper:
        draw = ImageDraw.Draw(paper)
        for column in chance.sample(range(MARGIN, paper.width - MARGIN), many):
            draw.line((column, 0, column, paper.height), fill=255)
        return paper
    return damage


def scratched(many: int) -> Damage:
    def damage(paper: Paper, chance: random.Random) -> Paper:
        draw = ImageDraw.Draw(paper)
        for _ in range(many):
            draw.line((chance.uniform(0, paper.width), 0, chance.uniform(0, paper.width), paper.height), fill=235, width=3)
        return paper
    return damage


def crumpled(dots: float) -> Damage:
    """Points move by about `dots` dots (standard deviation), folds cast shadows."""
    def damage(paper: Paper, chance: random.Random) -> Paper:
        across, down = paper.width // CELL + 1, paper.height // CELL + 1
        moved = {(x, y): (x * CELL + chance.gauss(0, dots), y * CELL + chance.gauss(0, dots))
                 for x in range(across + 1) for y in range(down + 1)}
        mesh = [((x * CELL, y * CELL, (x + 1) * CELL, (y + 1) * CELL),
                 (*moved[x, y], *moved[x, y + 1], *moved[x + 1, y + 1], *moved[x + 1, y])) for x in range(across) for y in range(down)]
        bent = paper.transform(paper.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR, fillcolor=255)
        return ImageChops.multiply(bent, _field(paper.size, chance, 9).point(lambda v: 190 + v // 4))
    return damage


def photographed(paper: Paper, chance: random.Random) -> io.BytesIO:
    """As a small camera sees it: tilted, in perspective, a little out of focus, noisy, as a JPEG."""
    large = paper.resize((round(paper.width * PIXELS_A_DOT), round(paper.height * PIXELS_A_DOT)), Image.Resampling.BICUBIC)
    width, height = large.size
    corners = [(chance.uniform(-1, 1) * 0.04 * width, chance.uniform(-1, 1) * 0.04 * height) for _ in range(4)]
    edges = (0, 0), (0, height), (width, height), (width, 0)
    quad = [edge[i] + corner[i] for edge, corner in zip(edges, corners, strict=True) for i in (0, 1)]
    seen = large.transform(large.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=255)
    seen = seen.rotate(chance.uniform(-12, 12), Image.Resampling.BICUBIC, expand=True, fillcolor=250).filter(ImageFilter.GaussianBlur(1.3))
    grain = Image.effect_noise(seen.size, 8)
    file = io.BytesIO()
    ImageChops.add(seen, grain, offset=-128).save(file, "JPEG", quality=80)
    file.seek(0)
    return file
