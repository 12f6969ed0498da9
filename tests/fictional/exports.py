"""What other library programs export, as they write it: small fictional collections in the forms of SLiMS 9, INLISLite 3 and MARC."""

import csv
import io
import zipfile

import openpyxl
import pymarc
from pymarc import Field, Indicators, Subfield
from pymarc.marcxml import record_to_xml

SLIMS_BIBLIO = [
    ["Pengantar Hukum Tata Negara", "Text", "Cet. 2", "978-602-0000-11-8", "Pustaka Rekaan", "2015", "xii, 310 hlm. ; 24 cm.", "Seri Hukum",
     "342.598 HAR p", "Indonesia", "Wirasari", "342.598", "Baris satu\\nbaris dua; \"dikutip\"", "hukum.jpg", "Harun Contoh",
     "<Harun Contoh><Rini Teladan>", "<Hukum Tata Negara><Konstitusi>", "<B0001><B0002>"],
    ["Peraturan Komisi Rekaan Nomor 9 Tahun 2022 tentang Arsip", "Text", "", "", "Komisi Rekaan", "[2022?]", "14 hlm.", "", "PER 9/2022",
     "Indonesia", "Jakarta", "", "", "", "", "<Komisi Rekaan>", "<Arsip>", "<P 0003>"],
    ["=1+1 dan Rumus Lain", "Text", "", "", "", "", "", "", "", "English", "", "", "", "", "", "", "", ""]]
SLIMS_BIBLIO_NAMES = ["title", "gmd_name", "edition", "isbn_issn", "publisher_name", "publish_year", "collation", "series_title",
                      "call_number", "language_name", "place_name", "classification", "notes", "image", "sor", "authors", "topics",
                      "item_code"]
SLIMS_ITEMS = [
    ["B0001", "342.598 HAR p c.1", "Reference", "INV-1/2015", "2015-03-02", "Toko Contoh", "PO-1", "Perpustakaan", "2015-02-01", "", "A-1",
     "1", "F-77", "85000", "Rupiah", "2015-03-01", "2015-03-05 08:00:00", "2016-01-01 09:30:00", "Pengantar Hukum Tata Negara"],
    ["B0002", "342.598 HAR p c.2", "Textbook", "", "0000-00-00", "", "", "Gudang", "", "Missing", "", "1", "", "", "", "",
     "2015-03-05 08:00:00", "2016-01-01 09:30:00", "Pengantar Hukum Tata Negara"],
    ["P 0003", "", "Textbook", "", "", "", "", "Perpustakaan", "", "Repair", "P-9", "2", "", "", "", "", "2022-03-05 08:00:00",
     "2022-03-05 08:00:00", "Peraturan Komisi Rekaan Nomor 9 Tahun 2022 tentang Arsip"]]
SLIMS_ITEM_NAMES = ["item_code", "call_number", "coll_type_name", "inventory_code", "received_date", "supplier_name", "order_no",
                    "location_name", "order_date", "item_status_name", "site", "source", "invoice", "price", "price_currency",
                    "invoice_date", "input_date", "last_update", "title"]


def slims_csv(rows: list[list[str]], names: list[str] | None = None) -> bytes:
    """As SLiMS writes it: everything in quotation marks; the names only where somebody asked for them."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([names, *rows] if names else rows)
    return written.getvalue().encode()


def slims_pair(named: bool = True) -> bytes:
    """Both exports in a ZIP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("senayan_biblio_export.csv", slims_csv(SLIMS_BIBLIO, SLIMS_BIBLIO_NAMES if named else None))
        archive.writestr("senayan_item_export.csv", slims_csv(SLIMS_ITEMS, SLIMS_ITEM_NAMES if named else None))
    return file.getvalue()


SLIMS_BACKUP = br"""-- MySQL dump 10.19  Distrib 10.3.38-MariaDB, for Linux
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `biblio`;
CREATE TABLE `biblio` (
  `biblio_id` int(11) NOT NULL AUTO_INCREMENT,
  `gmd_id` int(3) DEFAULT NULL,
  `title` text NOT NULL,
  `sor` varchar(200) DEFAULT NULL,
  `edition` varchar(50) DEFAULT NULL,
  `isbn_issn` varchar(32) DEFAULT NULL,
  `publisher_id` int(11) DEFAULT NULL,
  `publish_year` varchar(20) DEFAULT NULL,
  `collation` varchar(50) DEFAULT NULL,
  `call_number` varchar(50) DEFAULT NULL,
  `language_id` char(5) DEFAULT 'en',
  `publish_place_id` int(11) DEFAULT NULL,
  `notes` text,
  PRIMARY KEY (`biblio_id`),
  KEY `references_idx` (`gmd_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
LOCK TABLES `biblio` WRITE;
INSERT INTO `biblio` VALUES (7,1,'Hak \'Asasi\' dan Pemilu; suatu kajian (edisi \"baru\")',NULL,'Cet. 1','978-602-0000-12-5',3,'2019',"""\
    br"""'120 hlm.','323 CON h','id',2,'Baris satu\nbaris dua, lalu ''kutip''; INSERT INTO `biblio` VALUES (99)'),(8,1,'Putusan """\
    br"""Mahkamah Rekaan Nomor 12/PUU/2020 tentang Uji Contoh',NULL,NULL,NULL,NULL,'t.t.',NULL,NULL,'id',NULL,NULL);
UNLOCK TABLES;
INSERT INTO `biblio_author` (`biblio_id`, `author_id`, `level`) VALUES (7,22,2),
(7,21,1);
INSERT INTO `biblio_topic` (`biblio_id`, `topic_id`, `level`) VALUES (7,31,1);
CREATE TABLE `biblio_custom` (
  `biblio_id` int(11) NOT NULL,
  `asal_usul` text
);
INSERT INTO `biblio_custom` VALUES (7,'Hibah 2019');
INSERT INTO `item` (`item_id`, `biblio_id`, `call_number`, `coll_type_id`, `item_code`, `inventory_code`, `location_id`, """\
    br"""`item_status_id`, `site`, `source`, `price`, `input_date`) VALUES
(1, 7, '323 CON h c.1', 1, 'h0007', 'I-7', 'SL', 'NL', 'B-2', 1, 45000, '2019-05-01 10:00:00'),
(2, 7, NULL, 2, 'h0008', NULL, 'SL', '0', NULL, 0, NULL, '2019-05-01 10:00:00');
INSERT INTO `loan` (`loan_id`, `item_code`) VALUES (1,'h0007');
INSERT INTO `mst_author` (`author_id`, `author_name`, `author_year`, `authority_type`) VALUES (21,'Sari Teladan','1970','p'),
(22,'Lembaga Rekaan',NULL,'o');
INSERT INTO `mst_coll_type` (`coll_type_id`, `coll_type_name`) VALUES (1, 'Reference'), (2, 'Textbook');
INSERT INTO `mst_gmd` (`gmd_id`, `gmd_code`, `gmd_name`, `input_date`) VALUES (1, 'TE', 'Text', DATE(NOW()));
INSERT INTO `mst_item_status` (`item_status_id`, `item_status_name`, `no_loan`) VALUES ('NL', 'No Loan', 1);
INSERT INTO `mst_language` (`language_id`, `language_name`) VALUES ('id', 'Indonesia');
INSERT INTO `mst_location` (`location_id`, `location_name`) VALUES ('SL', 'Perpustakaan Rekaan');
INSERT INTO `mst_place` (`place_id`, `place_name`) VALUES (2, 'Wirasari');
INSERT INTO `mst_publisher` (`publisher_id`, `publisher_name`) VALUES (3, 'Pustaka Rekaan');
INSERT INTO `mst_topic` (`topic_id`, `topic`, `topic_type`) VALUES (31, 'Hak asasi', 't');
-- Dump completed on 2026-01-05
"""

INLISLITE_NAMES = ["NO", "TGL PENGADAAN", "NO. INDUK", "NO. BARCODE", "NO.  RFID", "JENIS SUMBER", "NAMA SUMBER", "MATA UANG", "HARGA",
                   "KODE LOKASI PERPUSTAKAAN", "KODE LOKASI RUANG", "AKSES", "KATEGORI", "MEDIA", "KETERSEDIAAN",
                   "NOMOR PANGGIL EKSEMPLAR", "JENIS BAHAN", "JUDUL UTAMA", "ANAK JUDUL", "PERNYATAAN TANGGUNGJAWAB", "TAJUK PENGARANG",
                   "TAJUK PENGARANG BADAN KOOPERASI", "PENGARANG TAMBAHAN NAMA ORANG", "PENGARANG TAMBAHAN NAMA BADAN", "EDISI",
                   "KOTA TERBIT", "PENERBIT", "TAHUN TERBIT", "JUMLAH HALAMAN", "DIMENSI", "ISBN", "ISSN", "ISMN", "NO DDC",
                   "NOMOR PANGGIL KATALOG", "ABSTRAK", "BAHASA", "SUBJEK TOPIK", "EDISI SERIAL", "TGL TERBIT EDISI SERIAL",
                   "BAHAN SERTAAN (SERIAL)", "KETERANGAN LAIN (SERIAL)"]
_BOOK = ["Monograf", "Arsip Daerah", "suatu pengantar", "Deni Contoh", "Contoh, Deni", "", "Teladan, Sari", "", "Ed. 3", "Wirasari",
         "Pustaka Rekaan", 2018, "88 hlm.", "21 cm.", "978-602-0000-13-2", "", "", "025.17", "025.17 CON a", "Tentang arsip.", "ind",
         "Arsip", "", "", "", ""]
INLISLITE_ROWS = [
    [1, "15-02-2018", "I-1/2018", "BC0001", "RF1", "Pembelian", "---Belum ditentukan---", "IDR", 50000, "Pusat", "0101", "Dapat dipinjam",
     "Koleksi Umum", "Buku", "Tersedia", "025.17 CON a", *_BOOK],
    [2, "15-02-2018", "I-2/2018", "BC0002", "RF2", "Hibah", "Kantor Rekaan", "IDR", 0, "Pusat", "0101", "Baca di tempat",
     "Koleksi Referensi", "Buku", "Tersedia", "025.17 CON a", *_BOOK],
    [3, "00-00-0000", "J-1", "BC0003", "", "Langganan", "", "", "", "Pusat", "0102", "Dapat dipinjam", "Koleksi Umum", "Majalah", "Hilang",
     "", "Terbitan Berkala", "Majalah Rekaan", *[""] * 9, "2020", *[""] * 10, "Vol. 3 No. 2", "01-02-2020", "CD", "-"]]


def inlislite_sheet() -> bytes:
    """Its data sheet: headings over the names of the columns."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in [["DATA EKSEMPLAR", *[None] * 15, "DATA BIBLIOGRAFIS"], INLISLITE_NAMES, *INLISLITE_ROWS]:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def marc_records() -> list[pymarc.Record]:
    """One with many fields and an item of Koha and one of the holdings kind, one with hardly any."""
    def field(tag: str, indicators: str, *subfields: str) -> Field:
        return Field(tag, Indicators(*indicators), [Subfield(each[0], each[1:]) for each in subfields])
    full = pymarc.Record(leader="00000cam a2200000 i 4500", force_utf8=True)
    full.add_field(
        Field("001", data="INLIS000000000012"), Field("003", data="ID-Contoh"), Field("008", data=f"{'180215s2018':<35}ind d"),
        field("020", "  ", "a978-602-0000-14-9"), field("082", "04", "a340.1", "223"), field("100", "1 ", "aContoh, Deni,", "d1970-"),
        field("245", "10", "aFilsafat hukum :", "bsuatu pengantar /", "cDeni Contoh"), field("250", "  ", "aEdisi 2"),
        field("260", "  ", "aWirasari :", "bPustaka Rekaan,", "c[2018]"), field("300", "  ", "a210 hlm. :", "bilus. ;", "c21 cm."),
        field("490", "0 ", "aSeri Hukum ;", "v4"), field("520", "  ", "aTentang hukum dan café."),
        field("650", " 4", "aHukum", "xFilsafat"), field("650", " 4", "aEtika"), field("700", "1 ", "aTeladan, Sari"),
        field("852", "  ", "aID-Contoh", "cA-3", "h340.1 CON f", "pM0001", "jI-99"),
        field("952", "  ", "71", "aPUSAT", "cRAK-7", "oCON f", "pM0002"))
    plain = pymarc.Record(leader="00000nam a2200000 a 4500", force_utf8=True)
    plain.add_field(Field("001", data="13"), field("245", "00", "aPeraturan Bupati Rekaan Nomor 4 Tahun 2021 tentang Taman"),
                    field("990", "  ", "aM0003"))
    return [full, plain]


def marc21() -> bytes:
    return b"".join(record.as_marc() for record in marc_records())


def marcxml() -> bytes:
    body = b"".join(record_to_xml(record) for record in marc_records())
    return b'<?xml version="1.0"?><collection xmlns="http://www.loc.gov/MARC21/slim">' + body + b"</collection>"
