"""Legal products of the demo office on their way to the public page: one or two at each step up to the scan."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation.clock import now
from foundation.people import Actor
from scanner.legal.products import Product
from scanner.procedure import procedure, verification

COPY = [claim.code for claim in verification.COPY_CLAIMS]
UNITS = ("Sub Bagian Teknis Penyelenggaraan", "Sub Bagian Keuangan, Umum, dan Logistik")
# title, how many steps are behind it, days since the last, deadline in days from today
WORKS = (
    ("Pedoman Pelayanan Perpustakaan Hukum (contoh fiktif)", 1, 0, 0),
    ("Pembentukan Tim Pengelola Dokumentasi dan Informasi Hukum (contoh fiktif)", 1, 1, 0),
    ("Penetapan Jadwal Sosialisasi Pendidikan Pemilih (contoh fiktif)", 2, 2, 5),
    ("Penunjukan Pejabat Pengelola Informasi dan Dokumentasi (contoh fiktif)", 3, 3, -1),
    ("Perubahan atas Penetapan Lokasi Tempat Pemungutan Suara di Kecamatan Rawa Kedaung (contoh fiktif)", 3, 1, 8),
    ("Tata Cara Penyimpanan dan Penyusutan Arsip (contoh fiktif)", 4, 2, 3),
    ("Daftar Informasi Publik (contoh fiktif)", 3, 1, 4),
)


def write_products(session: Session, by: Mapping[str, Actor], today: date) -> None:
    """By whose step it is; the last of them was sent back to its unit, the one before waits for its scan."""
    for number, (title, steps, ago, due) in enumerate(WORKS, start=31):
        product = _bring(session, by, number, title, steps, today, due)
        if number == 30 + len(WORKS):
            procedure.send_back(session, product.id, "returned", "number", "Nomor di halaman 1 lain daripada di nota dinas.", by["yudha"])
        product.state_since = now() - timedelta(days=ago, hours=number % 7)
        for before, step in enumerate(reversed(product.steps)):
            step.at = product.state_since - timedelta(days=before, hours=before)


def _bring(session: Session, by: Mapping[str, Actor], number: int, title: str, steps: int, today: date, due: int) -> Product:
    said = {"type": "kpt", "number": str(number), "year": str(today.year), "title": title, "place": "Wirasari",
            "enacted_on": (today - timedelta(days=9)).isoformat(), "signatory": "Ketua KPU Kabupaten Wirasari"}
    return bring(session, by, said, f"{number}/ND/{today.year}", UNITS[number % 2], (today - timedelta(days=6)).isoformat(),
                 (today + timedelta(days=due)).isoformat(), steps)


def bring(session: Session, by: Mapping[str, Actor], said: Mapping[str, str], memo: str, unit: str, memo_date: str, due_on: str,
          steps: int = 4) -> Product:
    """A product through so many of the first four steps; `said` as in particulars.checked, the dates as in a form."""
    product = procedure.submit(session, said, memo, memo_date, unit, by["bima"], received=True).product
    if steps > 1:
        procedure.dispose(session, product.id, "ordinary", ["process"], "Kepala Sub Bagian Hukum", due_on, "", by["ratri"])
    if steps > 2:
        procedure.allow(session, product.id, "", by["ratri"])
    if steps > 3:
        procedure.verify_copy(session, product.id, COPY, "Map 2, lemari B", "", by["yudha"])
    return product
