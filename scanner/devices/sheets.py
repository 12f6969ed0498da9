"""Made-up signed papers, drawn as pictures: something to scan where there is no scanner and no paper."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1240, 1754  # A4 with 150 dpi
TEXT = ("Menimbang bahwa untuk keperluan latihan perlu ada contoh naskah yang bukan milik siapa pun;",
        "Mengingat ketentuan yang hanya berlaku di dalam peragaan ini;", "MEMUTUSKAN:",
        "Kesatu: menetapkan bahwa lembar ini adalah contoh dan tidak mempunyai kekuatan hukum.",
        "Kedua: setiap lembar dihitung, dipindai, diperiksa, dan disimpan.", "Ketiga: keputusan ini selesai pada lembar yang terakhir.")


def draw_sheets(folder: Path, count: int) -> None:
    """Put `count` pages into `folder`, as 0001.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        draw(number, count).save(folder / f"{number:04d}.png")


def draw(number: int, count: int) -> Image.Image:
    """Page `number` of `count`, in colour; its number stands on it, large enough to be read by a person from a small picture."""
    page = Image.new("RGB", (WIDTH, HEIGHT), "#fdfdfa")
    pen = ImageDraw.Draw(page)
    pen.text((WIDTH / 2, 150), "CONTOH KEPUTUSAN", "#111111", _font(52), "mm")
    pen.text((WIDTH / 2, 215), f"Nomor {number} Tahun 2027", "#111111", _font(32), "mm")
    for line in range(28):
        pen.text((140, 300 + 38 * line), TEXT[(line + number) % len(TEXT)][:74], "#222222", _font(24))
    pen.ellipse((760, 1410, 960, 1610), outline="#4a3fa8", width=6)
    pen.text((860, 1510), "CONTOH", "#4a3fa8", _font(36), "mm")
    pen.line((820, 1560, 900, 1470, 930, 1590, 1040, 1500), "#1b2f8a", 5)
    pen.text((WIDTH / 2, 1680), f"{number} / {count}", "#111111", _font(60), "mm")
    return page


@lru_cache(16)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
