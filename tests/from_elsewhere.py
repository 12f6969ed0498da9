"""PDFs as they come from elsewhere: written by a word processor, scanned, signed, locked, full of things, and made to do harm."""

import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

from scanner.workshop.sealing import SealSettings, seal
from scanner.workshop.texts import PageText

Result = TypeVar("Result")
LETTER = 0.6  # of the size of Courier, each is wide


def printed(path: Path, pages: Sequence[PageText]) -> Path:
    """Each word where its box is, in a font that every reader of PDF has."""
    with pikepdf.new() as pdf:
        for page in pages:
            _add_page(pdf, page)
        pdf.save(path)
    return path


def _add_page(pdf: pikepdf.Pdf, page: PageText) -> None:
    points = 72 / page.dpi
    said = [b"BT"]
    for word in page.words:
        size = word.box.height * points
        across = 100 * word.box.width * points / (LETTER * size * len(word.text))
        letters = word.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        said.append(b"/F %.2f Tf %.2f Tz 1 0 0 1 %.2f %.2f Tm (%s) Tj" % (
            size, across, word.box.x * points, (page.height - word.box.bottom) * points, letters))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier, Encoding=Name.WinAnsiEncoding)
    pdf.add_blank_page(page_size=(page.width * points, page.height * points))
    pdf.pages[-1].Resources = Dictionary(Font=Dictionary(F=font))
    pdf.pages[-1].Contents = Stream(pdf, b"\n".join([*said, b"ET"]))


def scanned(path: Path, pictures: Sequence[Image.Image], dpi: int = 300) -> Path:
    """As the button on a copier makes it."""
    raw = path.with_suffix(".raw")
    pictures[0].save(raw, "PDF", save_all=True, append_images=pictures[1:], resolution=dpi, quality=85)
    return joined(path, raw)  # what Pillow writes, pyHanko does not sign


def joined(path: Path, *others: Path) -> Path:
    with pikepdf.new() as pdf:
        for other in others:
            with pikepdf.open(other) as pages:
                pdf.pages.extend(pages.pages)
        pdf.save(path)
    return path


def signed(path: Path, source: Path, signatory: tuple[x509.Certificate, rsa.RSAPrivateKey]) -> Path:
    (path.parent / "key.p12").write_bytes(pkcs12.serialize_key_and_certificates(
        b"kunci", signatory[1], signatory[0], None, serialization.BestAvailableEncryption(b"rahasia contoh")))
    (path.parent / "password").write_text("rahasia contoh")
    aside(seal, source, path, SealSettings(password=path.parent / "password", key=path.parent / "key.p12"))
    return path


def aside(pyhanko: Callable[..., Result], *what: object) -> Result:
    """In a thread of its own: pyHanko runs an event loop, and so does the browser of the tests, in the main one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(pyhanko, *what).result()


def locked(path: Path, source: Path, user: str = "") -> Path:
    """Against changes; with a password for who wants to read it, against that too."""
    with pikepdf.open(source) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="pemilik", user=user))
    return path


def loaded(path: Path, source: Path) -> Path:
    """With a program that runs when it is opened, a file attached, and a field to be filled in."""
    with pikepdf.open(source) as pdf:
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        pdf.attachments["lampiran.txt"] = b"isi"
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("nama")))]))
        pdf.save(path)
    return path


def bomb(path: Path, *before: Path) -> Path:
    """Its last page draws one figure a million million times, by ten that draw the next ten, and so on."""
    with pikepdf.new() as pdf:
        for other in before:
            with pikepdf.open(other) as pages:
                pdf.pages.extend(pages.pages)
        drawn = Stream(pdf, b"0 0 m 500 500 l S", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842])
        for _ in range(12):
            drawn = Stream(pdf, b"/F Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842],
                           Resources=Dictionary(XObject=Dictionary(F=drawn)))
        pdf.add_blank_page()
        pdf.pages[-1].Resources = Dictionary(XObject=Dictionary(F=drawn))
        pdf.pages[-1].Contents = Stream(pdf, b"/F Do")
        pdf.save(path)
    return path


def strokes(path: Path, before: Path) -> Path:
    """Its last page has one line six million times: next to nothing, until somebody draws it."""
    with pikepdf.new() as pdf:
        with pikepdf.open(before) as pages:
            pdf.pages.extend(pages.pages)
        pdf.add_blank_page()
        pdf.pages[-1].Contents = Stream(pdf, b"0 0 m 500 500 l S\n" * 6_000_000)
        pdf.save(path)
    return path


def giant_picture(path: Path, side: int = 40_000) -> Path:
    """A white square of so many dots each way, in a few MB: 5 GB when it is unpacked."""
    packer = zlib.compressobj(1)
    row = b"\xff" * (3 * side)
    white = b"".join([*(packer.compress(row) for _ in range(side)), packer.flush()])
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        picture = Stream(pdf, white, Type=Name.XObject, Subtype=Name.Image, Width=side, Height=side, ColorSpace=Name.DeviceRGB,
                         BitsPerComponent=8, Filter=Name.FlateDecode)
        pdf.pages[0].Resources = Dictionary(XObject=Dictionary(I=picture))
        pdf.pages[0].Contents = Stream(pdf, b"q 612 0 0 792 0 0 cm /I Do Q")
        pdf.save(path)
    return path


def huge_pages(path: Path, source: Path) -> Path:
    """As large as a football pitch, so that whoever draws them dot for dot has no memory left."""
    with pikepdf.open(source) as pdf:
        for page in pdf.pages:
            page.MediaBox = Array([0, 0, 300_000, 200_000])
        pdf.save(path)
    return path


def many_pages(path: Path, count: int) -> Path:
    """Empty ones."""
    numbers = range(3, count + 3)
    things = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {count}/Kids[{' '.join(f'{number} 0 R' for number in numbers)}]>>",
              *("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>" for _ in numbers)]
    data, places = bytearray(b"%PDF-1.7\n"), []
    for number, thing in enumerate(things, start=1):
        places.append(len(data))
        data += f"{number} 0 obj{thing}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(data)
    data += (f"xref\n0 {len(things) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(things) + 1}/Root 1 0 R>>\n"
             f"startxref\n{start}\n%%EOF\n").encode()
    path.write_bytes(data)
    return path
