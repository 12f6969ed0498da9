"""Decisions and other papers of offices that do not exist, each a whole by its seed, with what is true of it."""

import random
from dataclasses import dataclass

from scanner.legal.numbers import ROMAN
from scanner.legal.products import ProductType
from scanner.workshop.texts import PageText
from webui.fictional.layout import A4, F4, LABEL, Put, centred, closing, column, paged

MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember")
CLAUSES = ("KESATU", "KEDUA", "KETIGA", "KEEMPAT", "KELIMA", "KEENAM", "KETUJUH", "KEDELAPAN", "KESEMBILAN", "KESEPULUH")
OFFICES = (
    ("KABUPATEN TIRTA KENCANA", "Tirta Kencana", "Kab"), ("KOTA MEKAR HARAPAN", "Mekar Harapan", "Kota"),
    ("PROVINSI BUMI SELARAS", "Bandar Selaras", "Prov"), ("KABUPATEN LEMBAH CENDANA", "Cendana", "Kab"),
    ("KABUPATEN PULAU TERATAI", "Teratai Baru", "Kab"), ("KOTA BANDAR PELITA", "Bandar Pelita", "Kota"),
    ("PROVINSI NUSA GEMILANG", "Gemilang", "Prov"), ("KABUPATEN RAWA KENANGA", "Kenanga", "Kab"),
)
OFFICIALS = (
    "RANGGA SAMPELINDO", "Dr. H. FIKTORIA CONTOWATI, S.H., M.H.", "SURYADI MISALWAN", "Drs. I MADE UMPAMA, M.Si.",
    "DEWI REKAANINGSIH, S.Sos.", "MUHAMMAD TELADAN PRATIRUAN", "MUHAMMAD TELADAN SEMUWARNA", "YOHANES PERAGA BARUSAN",
    "SITI CONTOHATI, S.E.", "ANDI RAGAMUKTI",
)
STRANGERS = ("BUDI TIRUANTORO, S.H.", "MUHAMMAD TELADAN GUBAHAN", "KARTINA ANDAIRIA", "SURYADI BAYANGAN")  # on no roster
CERTIFIER = "LESTARI SALINDRA, S.H."
TITLES = (
    "PENETAPAN REKAPITULASI DAFTAR PEMILIH TETAP PADA PEMILIHAN KEPALA DAERAH {region} TAHUN {year}",
    "PEDOMAN TEKNIS PELAKSANAAN KAMPANYE DI {region} TAHUN {year}",
    "PENGANGKATAN ANGGOTA PANITIA PEMILIHAN KECAMATAN SE-{region} UNTUK PEMILIHAN UMUM TAHUN {year}",
    "PERUBAHAN KEDUA ATAS KEPUTUSAN KOMISI PEMILIHAN UMUM {region} NOMOR 19 TAHUN {before} TENTANG PEMBENTUKAN TIM PENGELOLA JARINGAN "
    "DOKUMENTASI DAN INFORMASI HUKUM",
    "JADWAL RETENSI ARSIP SUBSTANTIF DI LINGKUNGAN SEKRETARIAT KOMISI PEMILIHAN UMUM {region}",
    "STANDAR PELAYANAN INFORMASI PUBLIK",
    "PENETAPAN JUMLAH KURSI DAN DAERAH PEMILIHAN ANGGOTA DEWAN PERWAKILAN RAKYAT DAERAH {region} DALAM PEMILIHAN UMUM TAHUN {year}",
    "TATA CARA PENYIMPANAN DAN PEMELIHARAAN LOGISTIK",
    "PEMBERHENTIAN DAN PENGANGKATAN SEKRETARIAT PANITIA PEMUNGUTAN SUARA PADA PEMILIHAN BUPATI DAN WAKIL BUPATI, SERTA WALI KOTA",
)
LAWS = (
    "Undang-Undang Nomor 7 Tahun 2017 tentang Pemilihan Umum (Lembaran Negara Republik Indonesia Tahun 2017 Nomor 182, Tambahan Lembaran "
    "Negara Republik Indonesia Nomor 6109);",
    "Undang-Undang Nomor 43 Tahun 2009 tentang Kearsipan (Lembaran Negara Republik Indonesia Tahun 2009 Nomor 152);",
    "Peraturan Presiden Nomor 33 Tahun 2012 tentang Jaringan Dokumentasi dan Informasi Hukum Nasional;",
    "Peraturan Komisi Pemilihan Umum Nomor 8 Tahun 2019 tentang Tata Kerja Komisi Pemilihan Umum, Komisi Pemilihan Umum Provinsi, dan "
    "Komisi Pemilihan Umum Kabupaten/Kota sebagaimana telah diubah dengan Peraturan Komisi Pemilihan Umum Nomor 21 Tahun 2020;",
    "Peraturan Komisi Pemilihan Umum Nomor 14 Tahun 2020 tentang Tugas, Fungsi, Susunan Organisasi, dan Tata Kerja Sekretariat Jenderal;",
    "Peraturan Menteri Rekaan Nomor 5 Tahun 2018 tentang Pedoman Penyusunan Naskah (Berita Negara Republik Indonesia Tahun 2018 Nomor 77);",
)
REASONS = (
    "bahwa untuk melaksanakan ketentuan Pasal {n} ayat (3) Peraturan Komisi Pemilihan Umum, perlu ditetapkan langkah pengelolaan dokumen "
    "yang tertib, lengkap, dan dapat dipertanggungjawabkan;",
    "bahwa dokumen hukum yang telah ditandatangani wajib didokumentasikan secara elektronik agar dapat diakses masyarakat secara mudah;",
    "bahwa hasil rapat pleno telah menyepakati usulan sebagaimana tercantum dalam Berita Acara Nomor {n}/PL.02.1-BA/9971/{year};",
    "bahwa dalam rangka tertib administrasi perlu diatur kembali pembagian tugas pada setiap bagian di lingkungan sekretariat;",
)
ORDERS = (
    "Pengelolaan sebagaimana dimaksud dalam Diktum KESATU dilaksanakan oleh sekretariat dengan memperhatikan prinsip keterbukaan, "
    "akuntabilitas, dan perlindungan data pribadi.",
    "Tim sebagaimana dimaksud dalam Diktum KEDUA mempunyai tugas menerima dokumen, memeriksa kelengkapan halaman, memindai, mencocokkan "
    "hasil pindaian dengan naskah asli, serta mengunggah salinan elektronik paling lambat {n} hari kerja.",
    "Segala biaya yang timbul akibat ditetapkannya Keputusan ini dibebankan pada Daftar Isian Pelaksanaan Anggaran Tahun {year} "
    "sebesar Rp{n}.000.000,00.",
    "Ketua Tim melaporkan pelaksanaan tugas kepada Ketua Komisi Pemilihan Umum secara berkala setiap bulan, dan bila diperlukan.",
    "Apabila di kemudian hari terdapat kekeliruan dalam Keputusan ini, akan diadakan perbaikan sebagaimana mestinya.",
    "Pada saat Keputusan ini mulai berlaku, ketentuan yang bertentangan dengan Keputusan ini dicabut dan dinyatakan tidak berlaku.",
)
PLACES = ("Cempaka", "Mekar Sari", "Ulu Belimbing", "Pasir Jingga", "Rawa Melati", "Gunung Lesung", "Tanjung Kapas", "Muara Kelapa",
          "Batu Lapis", "Sungai Dua", "Wana Rindang", "Padang Pinus")


@dataclass(frozen=True)
class Paper:
    """What is printed, and what is true of it; `annexes` are the indices of the pages that annexes begin on."""

    pages: list[PageText]
    type: ProductType
    number: str = ""
    number_short: str = ""
    year: int = 0
    title: str = ""
    date: str = ""
    place: str = ""
    signatory: str = ""
    issuer: str = ""
    annexes: tuple[int, ...] = ()


def number_forms(chance: random.Random, year: int, month: int, level: str) -> tuple[str, str]:
    """A number in one of the forms that were seen on paper, and its serial."""
    n, region = chance.choice((chance.randrange(1, 100), chance.randrange(100, 2000))), chance.randrange(1101, 9499)
    roman, secretary = ROMAN[month - 1], f"Sek-{level}"
    forms = (
        f"{n} TAHUN {year}", f"{n} Tahun {year}", f"{n}/Kpts/KPU/Tahun {year}", f"{n}/Kpts/KPU-{level}-0{region % 90 + 10}/{year}",
        f"{n}/HK.03.1-Kpt/04/KPU/{roman}/{year}", f"{n}/PP.03.2-Kpt/{region % 90 + 10}/{level}/{roman}/{year}",
        f"{n}/HK.03.1-Kpt/{level}/{region % 90 + 10}/{month:02}/{year}", f"{n:02}/HK.03.1-Kpt/{region}/02/{secretary}/{roman}/{year}",
        f"{n}/HK.04/{month:02}/{year}", f"{n}/TIK.01-SOP/{secretary}/{roman}/{year}", f"{n}/PL.02.4/{region}/KPU-{level}/{roman}/{year}",
    )
    return chance.choice(forms), str(n)


def decision(seed: int, office: int | None = None) -> Paper:
    """One to nine pages: original or copy, with or without annexes, in the forms that offices use."""
    chance = random.Random(seed)
    region, place, level = OFFICES[chance.randrange(len(OFFICES)) if office is None else office]
    year, month, day = chance.randrange(2013, 2025), chance.randrange(1, 13), chance.randrange(1, 29)
    kind = ProductType.SECRETARY_DECISION if chance.random() < 0.2 else ProductType.DECISION
    issuer = ("SEKRETARIS " if kind is ProductType.SECRETARY_DECISION else "") + f"KOMISI PEMILIHAN UMUM {region}"
    number, serial = number_forms(chance, year, month, level)
    title = chance.choice(TITLES).format(region=region, year=year, before=year - 1)
    size, copy, annexes = chance.choice((A4, F4)), chance.random() < 0.5, chance.choice((0, 0, 1, 1, 2))
    official = chance.choice(OFFICIALS)
    dated = f"{day} {MONTHS[month - 1]} {year}"
    signature = [f"Ditetapkan di {place}", f"pada tanggal {dated}",
                 ("SEKRETARIS" if kind is ProductType.SECRETARY_DECISION else "KETUA") + " KOMISI PEMILIHAN UMUM", f"{region},",
                 *(["ttd."] if copy else []), official]
    label = "NOMOR : " if chance.random() < 0.4 else "NOMOR "
    puts = [
        *(centred("SALINAN", size[0]) if copy else []),
        *centred("KOMISI PEMILIHAN UMUM", size[0]), *centred(region, size[0]),
        *centred(f"KEPUTUSAN {issuer}", size[0], 1.0), *centred(label + number, size[0]), *centred("TENTANG", size[0], 0.5),
        *centred(title, size[0], 0.5, 1700),
        *(centred("DENGAN RAHMAT TUHAN YANG MAHA ESA", size[0], 0.5) if chance.random() < 0.2 else []),
        *centred(f"{issuer},", size[0], 1.0), *_considered(chance, title, issuer, year),
        *centred("MEMUTUSKAN:", size[0], 1.0), *column(f"KEPUTUSAN {issuer} TENTANG {title}.", "Menetapkan", skip=0.5),
        *_ordered(chance, title, annexes, year, 0.4 if seed % 10 < 8 else 1.0), *closing(signature),
        *(closing(["Salinan sesuai dengan aslinya", f"SEKRETARIAT KPU {region}", "Kepala Bagian Hukum,", "", CERTIFIER], 2.0, LABEL)
          if copy else []),
    ]
    catchwords, numbered = chance.random() < 0.9, chance.random() < 0.9
    leading = chance.choice((52, 62, 62, 84, 110))
    pages = paged([put for put in puts if put.text], size, catchwords, numbered, leading)
    starts = []
    for annex in range(annexes):
        starts.append(len(pages))
        pages += _annex(chance, ("", "I", "II")[annex + (annexes > 1)], issuer, label + number, title, signature, size, leading)
    return Paper(pages, kind, number, serial, year, title, f"{year}-{month:02}-{day:02}", place, official, issuer, tuple(starts))


def _considered(chance: random.Random, title: str, issuer: str, year: int) -> list[Put]:
    reasons = chance.sample(REASONS, chance.randrange(1, 5))
    last = (f"bahwa berdasarkan pertimbangan sebagaimana dimaksud dalam huruf a, perlu menetapkan Keputusan {issuer.title()} "
            f"tentang {title.title()};")
    puts = []
    for at, reason in enumerate([*reasons, last]):
        puts += column(reason.format(n=chance.randrange(10, 99), year=year), "Menimbang" if not at else "", "abcdefg"[at] + ".", 0.5)
    for at, law in enumerate(LAWS[:chance.randrange(1, len(LAWS) + 1)]):
        puts += column(law, "Mengingat" if not at else "", f"{at + 1}.", 0.5)
    return puts


def _ordered(chance: random.Random, title: str, annexes: int, year: int, length: float) -> list[Put]:
    ends = ", Lampiran I, dan Lampiran II" if annexes > 1 else " dalam Lampiran"
    first = f"Menetapkan {title.lower()}" + (
        f" sebagaimana tercantum{ends} yang merupakan bagian tidak terpisahkan dari Keputusan ini." if annexes else ".")
    orders = chance.sample(ORDERS, chance.randrange(1, len(ORDERS) + 1)) * (3 if length == 1.0 else 1)
    said = [first, *orders[:8], "Keputusan ini mulai berlaku pada tanggal ditetapkan."]
    return [put for clause, order in zip(CLAUSES, said, strict=False)
            for put in column(order.format(n=chance.randrange(4, 300), year=year), clause, skip=0.5)]


def _annex(chance: random.Random, numeral: str, issuer: str, number: str, title: str, signature: list[str], size: tuple[int, int],
           leading: int) -> list[PageText]:
    """A table of places, with the head of an annex and the closing block of the decision."""
    head = [Put(((LABEL, f"LAMPIRAN {numeral}".strip()),)), *column(f"KEPUTUSAN {issuer}"), *column(number),
            *(column("TENTANG") + column(title) if chance.random() < 0.5 else column(f"TENTANG {title}"))]
    rows = [Put(((LABEL, str(at + 1)), (430, f"{chance.choice(PLACES)} {chance.choice(('Utara', 'Barat', 'Timur', 'Selatan'))}"),
                 (1200, str(chance.randrange(10, 99))), (1600, f"{chance.randrange(1, 99)}.{chance.randrange(100, 999)}")))
            for at in range(chance.choice((8, 20, 60)))]
    names = Put(((LABEL, "NO"), (430, "NAMA KECAMATAN"), (1200, "TPS"), (1600, "JUMLAH")), 1.0)
    return paged([*head, names, *rows, *closing(signature)], size, False, True, leading)


def circular(seed: int) -> Paper:
    """A circular: it has a head like a decision, and none of what a decision has after it."""
    chance = random.Random(seed)
    region, place, _ = chance.choice(OFFICES)
    year, month, day, n = chance.randrange(2016, 2025), chance.randrange(1, 13), chance.randrange(1, 29), chance.randrange(1, 60)
    title = "PELAKSANAAN TERTIB ARSIP DAN JAM PELAYANAN PERPUSTAKAAN HUKUM"
    puts = [*centred("KOMISI PEMILIHAN UMUM", A4[0]), *centred(region, A4[0]), *centred("SURAT EDARAN", A4[0], 1.0),
            *centred(f"NOMOR {n} TAHUN {year}", A4[0]), *centred("TENTANG", A4[0]), *centred(title, A4[0]),
            *column("Yth. Para Kepala Bagian di lingkungan Sekretariat", skip=1.0)]
    for mark, order in zip("ABCDEF", ORDERS, strict=True):
        puts += column(order.format(n=n, year=year), "", f"{mark}.", 0.5)
    puts += closing([f"Ditetapkan di {place}", f"pada tanggal {day} {MONTHS[month - 1]} {year}", "KETUA,", "", "SITI CONTOHATI, S.E."])
    return Paper(paged([put for put in puts if put.text], A4, False, True), ProductType.CIRCULAR, f"{n} TAHUN {year}", str(n), year, title,
                 f"{year}-{month:02}-{day:02}", place, "SITI CONTOHATI, S.E.")


def minutes(seed: int) -> Paper:
    chance = random.Random(seed)
    year, n = chance.randrange(2016, 2025), chance.randrange(100, 900)
    number, title = f"{n}/PL.02.1-BA/9971/{year}", "RAPAT PLENO TERBUKA REKAPITULASI DAFTAR PEMILIH"
    puts = [*centred("BERITA ACARA", A4[0]), *centred(f"NOMOR : {number}", A4[0]), *centred("TENTANG", A4[0]), *centred(title, A4[0])]
    for mark, said in enumerate((*REASONS, *ORDERS), 1):
        puts += column(said.format(n=n, year=year), "", f"{mark}.", 0.5)
    puts += closing(["KETUA", "", "SURYADI MISALWAN", "ANGGOTA", "", "ANDI RAGAMUKTI"])
    return Paper(paged([put for put in puts if put.text], A4, False, False), ProductType.MINUTES, number, str(n), year, title)


def memorandum(seed: int) -> Paper:
    """Two parties, and a number of each."""
    chance = random.Random(seed)
    year, title = chance.randrange(2016, 2025), "PENDIDIKAN PEMILIH DAN PERTUKARAN DATA"
    puts = [*centred("NOTA KESEPAHAMAN", A4[0]), *centred("ANTARA", A4[0]), *centred("KOMISI PEMILIHAN UMUM KOTA MEKAR HARAPAN", A4[0]),
            *centred("DENGAN", A4[0]), *centred("UNIVERSITAS REKAAN NUSANTARA", A4[0]),
            *centred(f"NOMOR : 12/HK.05.1-NK/9971/{year}", A4[0]),
            *centred(f"NOMOR : 88/UN.7/{year}", A4[0]), *centred("TENTANG", A4[0]), *centred(title, A4[0])]
    for number, said in enumerate((*REASONS, *ORDERS), 1):
        puts += [*centred(f"Pasal {number}", A4[0], 0.5), *column(said.format(n=number, year=year))]
    puts += closing(["PIHAK KESATU,", "", "SURYADI MISALWAN"])
    return Paper(paged([put for put in puts if put.text], A4, False, True), ProductType.MEMORANDUM, year=year, title=title)
