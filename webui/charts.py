"""Bars drawn as SVG, to stand in a page and in a PDF; they can be told apart in grey print, and a table beside them says the same."""

from collections.abc import Sequence
from itertools import count

from markupsafe import Markup

WIDTH, HALF = 720, 430             # across the sheet, or beside a table
HEIGHT, BASE, TOP = 220, 176, 30   # of standing bars: the whole, where they stand, the highest
ROW, NAMES = 28, 250               # of lying bars: the height of each, the width of its name
LONGEST = 38                       # letters of a name beside a lying bar
INK, TONE, LINE, FONT = "#1b1a17", "#0b4f56", "#857c69", "Plus Jakarta Sans, sans-serif"
LABELS = 24                        # standing bars that have room for a number and a name
_ids = count(1)


def standing(title: str, names: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], width: int = WIDTH) -> Markup:
    """Columns over `names`, side by side for each of up to three `series` (its name, its counts); `title` is for who cannot see it."""
    highest = max((max(counts, default=0) for _, counts in series), default=0) or 1
    step = width / max(1, len(names))
    wide = min(56.0, step * 0.76) / len(series)
    every = -(-len(names) // LABELS)
    said, hatch = len(series) == 1 and every == 1, f"h{next(_ids)}"
    parts = [_line(0, BASE, width, BASE)]
    for x, name in enumerate(names):
        middle = step * (x + 0.5)
        for number, (_, counts) in enumerate(series):
            tall, left = (BASE - TOP) * counts[x] / highest, middle + wide * (number - len(series) / 2)
            parts.append(_bar(left, BASE - tall, wide, tall, number, hatch))
            if said and counts[x]:
                parts.append(_text(middle, BASE - tall - 6, str(counts[x]), "middle"))
        if x % every == 0:
            parts.append(_text(middle, BASE + 18, name, "middle"))
    if not said:
        parts.append(_text(0, TOP - 14, f"{highest}", "start") + Markup('<path d="M0 %d h8" stroke="%s"/>') % (TOP, LINE))
    if len(series) > 1:
        parts.append(_legend([name for name, _ in series], hatch))
    return _drawing(title, (width, HEIGHT if len(series) > 1 else HEIGHT - 20), hatch, parts)


def lying(title: str, names: Sequence[str], counts: Sequence[float], words: Sequence[str] = (), width: int = WIDTH) -> Markup:
    """A bar for each of `names`, with its count written behind it (or what `words` say instead)."""
    highest = max(counts, default=0) or 1
    beside = min(NAMES, 8 * max((len(name) for name in names), default=0))
    room = width - beside - 60
    hatch, parts = f"h{next(_ids)}", []
    for y, (name, value) in enumerate(zip(names, counts, strict=True)):
        top, long = ROW * y + 4, room * value / highest
        shown = name if len(name) <= LONGEST else name[:LONGEST - 1].rstrip() + "…"
        parts += [_text(beside - 10, top + 15, shown, "end"), _bar(beside, top, long, ROW - 8, 0, hatch),
                  _text(beside + long + 8, top + 15, words[y] if words else str(value), "start")]
    parts.append(_line(beside, 0, beside, ROW * len(names)))
    return _drawing(title, (width, ROW * len(names)), hatch, parts)


def _drawing(title: str, size: tuple[int, int], hatch: str, parts: Sequence[str]) -> Markup:
    pattern = Markup('<pattern id="%s" width="7" height="7" patternUnits="userSpaceOnUse"><rect width="7" height="7" fill="#ffffff"/>'
                     '<path d="M-1 8 L8 -1" stroke="%s" stroke-width="2.5"/></pattern>') % (hatch, TONE)
    return Markup('<svg class="chart" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s"><defs>%s</defs>%s</svg>') % (
        *size, *size, title, pattern, Markup("").join(parts))


def _bar(x: float, y: float, width: float, height: float, number: int, hatch: str) -> Markup:
    """Of the first series full, of the second hatched, of the third empty."""
    fill = (TONE, f"url(#{hatch})", "#ffffff")[number % 3]
    return Markup('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" stroke="%s"/>') % (
        x, y, max(0.0, width), max(0.0, height), fill, INK) if height > 0 and width > 0 else Markup("")


def _line(x: float, y: float, to_x: float, to_y: float) -> Markup:
    return Markup('<path d="M%.1f %.1f L%.1f %.1f" stroke="%s"/>') % (x, y, to_x, to_y, LINE)


def _text(x: float, y: float, words: str, anchor: str) -> Markup:
    return Markup('<text x="%.1f" y="%.1f" text-anchor="%s" font-family="%s" font-size="13" fill="%s">%s</text>') % (
        x, y, anchor, FONT, INK, words)


def _legend(names: Sequence[str], hatch: str) -> Markup:
    parts, x = [], 0.0
    for number, name in enumerate(names):
        parts += [_bar(x + 1, HEIGHT - 14, 14, 13, number, hatch), _text(x + 22, HEIGHT - 3, name, "start")]
        x += 40 + 7.6 * len(name)
    return Markup("").join(parts)
