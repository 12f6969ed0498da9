"""Writes the words of a page where they stand, for search and copying: with letters that are there and cannot be seen."""

import io
import statistics

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Dictionary, Name, Stream

from scanner.workshop.texts import Line, PageText, Word

NAME = "/Unseen"
LONG_AGO = 3_786_912_000  # in seconds since 1904, as fonts count: the same font in every file
BELOW = frozenset("gjpqyQ,;()[]{}|/_@$§Ç")  # reach below the line that the others stand on
SAME_SIZE = 0.3     # a line so much larger or smaller than the page's usual one is written as large as that: readers of PDF take
                    # lines of other sizes apart, and with them the columns
LETTER = 0.5        # of the size of the font, each is wide
TALL = 760          # of 1000, each is high, as tall letters of ordinary fonts: Poppler measures by the size of a font whether a gap is a
                    # space or the border of a column. With 1000, words of justified lines come out in the wrong order


def font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """A font in `pdf` all of whose letters show nothing, are of one size, and mean what their UTF-16 code says."""
    file = _letters()
    descriptor = pdf.make_indirect(Dictionary(  # Descent: Poppler takes 0 for one that nobody told, and guesses
        Type=Name.FontDescriptor, FontName=Name(NAME), Flags=5, FontBBox=[0, -1, 500, TALL], ItalicAngle=0, Ascent=TALL, Descent=-1,
        CapHeight=TALL, StemV=80, FontFile2=pdf.make_indirect(Stream(pdf, file, Length1=len(file)))))
    letters = pdf.make_indirect(Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name(NAME), DW=500, FontDescriptor=descriptor,
        CIDToGIDMap=pdf.make_indirect(Stream(pdf, b"\0\1" * 0x10000)),
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0)))
    return pdf.make_indirect(Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name(NAME), Encoding=Name("/Identity-H"), DescendantFonts=[letters],
        ToUnicode=pdf.make_indirect(Stream(pdf, _meanings()))))


def _letters() -> bytes:
    """A TrueType font with one letter: two points at its corners, which are no shape, but tell readers how large to mark it."""
    corners = TTGlyphPen(None)
    corners.moveTo((0, 0))
    corners.lineTo((500, TALL))
    corners.closePath()
    shapes = {".notdef": TTGlyphPen(None).glyph(), "letter": corners.glyph()}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(shapes))
    builder.setupCharacterMap({0x20: "letter"})
    builder.setupGlyf(shapes)
    builder.setupHorizontalMetrics(dict.fromkeys(shapes, (500, 0)))
    builder.setupHorizontalHeader(ascent=TALL, descent=-1)
    builder.setupNameTable({"familyName": NAME[1:], "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.updateHead(created=LONG_AGO, modified=LONG_AGO)
    builder.font.recalcTimestamp = False
    buffer = io.BytesIO()
    builder.save(buffer)
    return buffer.getvalue()


def _meanings() -> bytes:
    """A CMap (Adobe Technical Note 5411): each code means itself, as UTF-16. A range has one first byte, a block at most 100 ranges."""
    ranges = [b"<%02X00> <%02XFF> <%02X00>" % (high, high, high) for high in range(256)]
    blocks = [b"%d beginbfrange\n%s\nendbfrange\n" % (len(part), b"\n".join(part))
              for part in (ranges[start:start + 100] for start in range(0, 256, 100))]
    return (b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + b"".join(blocks) +
            b"endcmap CMapName currentdict /CMap defineresource pop end end")


def written(page: PageText, width: float, height: float, font_name: str) -> bytes:
    """What to add to the content of a page of `width` × `height` points, to have the words of `page` on it, as they are read.

    A space follows each word, in the same string: PDFium takes a string of a single letter for nothing. A hyphen at the end of a line
    stays one: it is what Poppler and PDFium join the halves of a word by.
    """
    lines = [line for line in page.lines if line.words]
    if not lines:
        return b""
    usual = statistics.median(_rise(line) for line in lines)
    across, up = width / page.width, height / page.height
    content = [b"BT 3 Tr"]
    for line in lines:
        size = (usual if abs(_rise(line) - usual) < SAME_SIZE * usual else _rise(line)) * up * 1000 / TALL
        content.append(b"%s %.2f Tf" % (font_name.encode(), size))
        content += [_word(word, across, height - _foot(line) * up, size) for word in line.words]
    return b"\n".join([*content, b"ET"])


def _word(word: Word, across: float, foot: float, size: float) -> bytes:
    """As wide as its box."""
    code = (word.text.replace("\0", "") + " ").encode("utf-16-be", "ignore")  # a code of 0 means no letter
    wide = 100 * word.box.width * across / ((len(code) / 2 - 1) * LETTER * size) if len(code) > 2 else 100
    return b"%.2f Tz 1 0 0 1 %.2f %.2f Tm <%s> Tj" % (max(wide, 1), word.box.x * across, foot, code.hex().encode())


def _foot(line: Line) -> float:
    """The line that its letters stand on, in dots from the top of the page."""
    standing = [word.box.bottom for word in line.words if not BELOW & set(word.text)]
    return statistics.median(standing or [word.box.bottom - word.box.height * 0.2 for word in line.words])


def _rise(line: Line) -> float:
    """How high its tall letters are, in dots."""
    foot = _foot(line)
    return max(statistics.median_high([foot - word.box.y for word in line.words]), 1)

