"""QR codes as modules and as SVG, for paper and screen alike."""

from functools import lru_cache

QUIET = 4  # modules of white on each side (ISO/IEC 18004, 5.3.8)

Pixels = list[list[bool]]


@lru_cache(256)  # the same code is drawn on the visitor's screen, every two seconds, and on paper
def matrix(text: str) -> Pixels:
    """The modules of the QR code of `text`, row by row, True is dark, quiet zone included.

    Error correction H; the 34 digits of a slip make version 2: 25 modules a side, 33 with the quiet zone.
    """
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_H, border=QUIET)
    code.add_data(text, optimize=0)
    return code.get_matrix()


def path(pixels: Pixels) -> str:
    """The dark pixels as the data of one SVG path, each pixel one unit wide; equal rows in succession become one."""
    steps, top = [], 0
    while top < len(pixels):
        row, bottom = pixels[top], top + 1
        while bottom < len(pixels) and pixels[bottom] == row:
            bottom += 1
        steps += [f"M{left} {top}h{width}v{bottom - top}h-{width}z" for left, width in _runs(row)]
        top = bottom
    return "".join(steps)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where the dark runs of a row begin, and how long they are."""
    edges = [x for x, (before, here) in enumerate(zip([False, *row], [*row, False], strict=True)) if before != here]
    return [(left, right - left) for left, right in zip(edges[::2], edges[1::2], strict=True)]


def svg(text: str) -> str:
    """The QR code of `text` as an SVG element, dark on white in any theme, one unit a module; its size is the page's to set."""
    pixels = matrix(text)
    side = len(pixels)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
            f'<rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{path(pixels)}"/></svg>')
