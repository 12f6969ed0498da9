"""What the fictional office of the demo writes and reads about: places, names, and the matters of its documents.

All of it is invented; where a document names a body, its publisher says that it is an example.
"""

OFFICE = "KPU Kabupaten Wirasari"
BODY = "Komisi Pemilihan Umum Kabupaten Wirasari"
EXAMPLE = "Naskah contoh (fiktif)."

DISTRICTS = ("Mekarjaya Hilir", "Sukawening Timur", "Tanjung Lestari", "Kertaraja", "Bukit Menjangan", "Rawa Kedaung", "Cemara Dua",
             "Wiraloka", "Pasir Angin", "Lembah Senja", "Muara Tirta", "Gunung Sekar")

# an election: how titles call it, its first and last day of preparation and aftermath, and its classification code
ELECTIONS = (
    ("Pemilihan Umum Anggota DPR, DPD, dan DPRD Tahun 2014", "2013-02-04", "2014-10-27", "PL.01"),
    ("Pemilihan Bupati dan Wakil Bupati Wirasari Tahun 2015", "2015-04-13", "2016-02-22", "PL.02"),
    ("Pemilihan Gubernur dan Wakil Gubernur Nusa Harapan Tahun 2018", "2017-09-04", "2018-09-24", "PL.03"),
    ("Pemilihan Umum Tahun 2019", "2018-02-05", "2019-10-28", "PL.01"),
    ("Pemilihan Bupati dan Wakil Bupati Wirasari Tahun 2020", "2019-10-07", "2021-02-22", "PL.02"),
    ("Pemilihan Umum Tahun 2024", "2022-08-01", "2024-08-26", "PL.01"),
    ("Pemilihan Bupati dan Wakil Bupati Wirasari Tahun 2024", "2024-02-26", "2025-02-24", "PL.02"),
)

# decisions of an election in the order they are made: title, subject, what it does
ELECTION_DECISIONS = (
    ("Pedoman Teknis Tahapan, Program, dan Jadwal {election}", "Tahapan pemilihan",
     "Menetapkan urutan tahapan, penanggung jawab, dan batas waktu setiap kegiatan penyelenggaraan."),
    ("Pembentukan Kelompok Kerja Perencanaan Program dan Anggaran {election}", "Anggaran",
     "Membentuk kelompok kerja yang menyusun rencana kegiatan, kebutuhan biaya, dan laporan penggunaannya."),
    ("Pembentukan Badan Adhoc Penyelenggara {election}", "Badan adhoc",
     "Mengatur pembentukan PPK, PPS, dan KPPS, mulai dari pengumuman, seleksi, sampai pelantikan anggotanya."),
    ("Pengangkatan Anggota Panitia Pemilihan Kecamatan {district} untuk {election}", "Badan adhoc",
     "Mengangkat lima orang anggota panitia pemilihan kecamatan beserta masa kerja dan kewajibannya."),
    ("Pengangkatan Anggota Panitia Pemungutan Suara se-Kecamatan {district} untuk {election}", "Badan adhoc",
     "Mengangkat anggota panitia pemungutan suara di setiap desa dan kelurahan dalam satu kecamatan."),
    ("Penetapan Uang Kehormatan dan Biaya Operasional Badan Adhoc pada {election}", "Anggaran",
     "Menetapkan besaran uang kehormatan, biaya operasional, dan tata cara pertanggungjawabannya."),
    ("Pedoman Teknis Pemutakhiran Data dan Penyusunan Daftar Pemilih {election}", "Daftar pemilih",
     "Mengatur pencocokan dan penelitian data pemilih dari rumah ke rumah serta perbaikan daftar pemilih."),
    ("Penetapan Rekapitulasi Daftar Pemilih Sementara {election}", "Daftar pemilih",
     "Menetapkan jumlah pemilih sementara setiap kecamatan sebagai bahan tanggapan masyarakat."),
    ("Penetapan Rekapitulasi Daftar Pemilih Tetap {election}", "Daftar pemilih",
     "Menetapkan jumlah pemilih tetap menurut kecamatan, jenis kelamin, dan tempat pemungutan suara."),
    ("Perubahan atas Penetapan Rekapitulasi Daftar Pemilih Tetap {election}", "Daftar pemilih",
     "Memperbaiki jumlah pemilih tetap setelah pencermatan bersama pengawas dan peserta pemilihan."),
    ("Pedoman Teknis Pencalonan dalam {election}", "Pencalonan",
     "Memuat syarat calon, syarat pencalonan, tata cara penelitian dokumen, dan masa perbaikannya."),
    ("Penetapan Hasil Verifikasi Administrasi Syarat Dukungan pada {election}", "Pencalonan",
     "Menetapkan jumlah dukungan yang memenuhi syarat dan sebarannya di setiap kecamatan."),
    ("Penetapan Daftar Calon Tetap pada {election}", "Pencalonan",
     "Menetapkan nama calon yang memenuhi syarat setelah masa tanggapan masyarakat berakhir."),
    ("Penetapan Nomor Urut Peserta {election}", "Pencalonan",
     "Menetapkan nomor urut peserta berdasarkan hasil pengundian dalam rapat pleno terbuka."),
    ("Pedoman Teknis Kampanye {election}", "Kampanye",
     "Mengatur bentuk, tempat, waktu, dan larangan kampanye serta penyediaan bahan kampanye."),
    ("Penetapan Lokasi Pemasangan Alat Peraga Kampanye {election} di Kecamatan {district}", "Kampanye",
     "Menetapkan titik pemasangan alat peraga dengan memperhatikan keindahan dan keselamatan umum."),
    ("Jadwal dan Lokasi Rapat Umum Peserta {election}", "Kampanye",
     "Menetapkan pembagian hari, jam, dan lapangan rapat umum agar setiap peserta mendapat kesempatan yang sama."),
    ("Penetapan Batas Pengeluaran Dana Kampanye pada {election}", "Dana kampanye",
     "Menetapkan batas pengeluaran dana kampanye berdasarkan jumlah pemilih, cakupan wilayah, dan standar biaya daerah."),
    ("Penetapan Kantor Akuntan Publik Pemeriksa Laporan Dana Kampanye {election}", "Dana kampanye",
     "Menunjuk pemeriksa laporan penerimaan dan pengeluaran dana kampanye serta tenggat penyampaian hasilnya."),
    ("Pedoman Teknis Sosialisasi, Pendidikan Pemilih, dan Partisipasi Masyarakat dalam {election}", "Partisipasi masyarakat",
     "Mengatur kegiatan sosialisasi bagi pemilih pemula, perempuan, lanjut usia, dan penyandang disabilitas."),
    ("Akreditasi Lembaga Pemantau {election}", "Partisipasi masyarakat",
     "Menetapkan lembaga pemantau yang memenuhi syarat beserta hak, kewajiban, dan wilayah pemantauannya."),
    ("Penetapan Kebutuhan dan Spesifikasi Perlengkapan Pemungutan Suara {election}", "Logistik",
     "Memuat jenis, jumlah, dan spesifikasi surat suara, kotak suara, bilik, tinta, segel, dan formulir."),
    ("Pedoman Teknis Pengelolaan Gudang dan Distribusi Logistik {election}", "Logistik",
     "Mengatur penerimaan, penyortiran, pengepakan, pengamanan, dan pengiriman perlengkapan sampai ke TPS."),
    ("Penetapan Desain Surat Suara {election}", "Logistik",
     "Menetapkan ukuran, warna, foto, nama, dan susunan kolom pada surat suara."),
    ("Penetapan Jumlah dan Lokasi Tempat Pemungutan Suara di Kecamatan {district} pada {election}", "Pemungutan suara",
     "Menetapkan alamat setiap tempat pemungutan suara dengan mempertimbangkan jarak dan kemudahan akses."),
    ("Pedoman Teknis Pemungutan dan Penghitungan Suara {election}", "Pemungutan suara",
     "Menjelaskan tugas KPPS sejak persiapan TPS, pemberian suara, penghitungan, sampai pengisian formulir hasil."),
    ("Pedoman Teknis Pelayanan Pemilih Pindahan dan Pemilih Disabilitas pada {election}", "Pemungutan suara",
     "Mengatur pelayanan bagi pemilih yang pindah memilih, dirawat, atau memerlukan pendampingan."),
    ("Pelaksanaan Pemungutan Suara Ulang di Beberapa TPS Kecamatan {district} pada {election}", "Pemungutan suara",
     "Menetapkan hari, lokasi, dan perlengkapan pemungutan suara ulang atas rekomendasi pengawas."),
    ("Pedoman Teknis Rekapitulasi Hasil Penghitungan Suara {election}", "Rekapitulasi",
     "Mengatur rekapitulasi berjenjang di kecamatan dan kabupaten serta penyelesaian keberatan saksi."),
    ("Penetapan Rekapitulasi Hasil Penghitungan Suara {election} di Kabupaten Wirasari", "Rekapitulasi",
     "Menetapkan perolehan suara sah setiap peserta dan jumlah suara tidak sah menurut kecamatan."),
    ("Penetapan Calon Terpilih pada {election}", "Penetapan hasil",
     "Menetapkan calon terpilih dengan perolehan suara terbanyak sesuai hasil rekapitulasi."),
    ("Laporan Evaluasi Penyelenggaraan {election}", "Evaluasi",
     "Memuat catatan keberhasilan, kendala, dan saran perbaikan untuk pemilihan berikutnya."),
    ("Tata Cara Penyimpanan dan Penyusutan Arsip {election}", "Arsip",
     "Mengatur pemilahan, penyimpanan, penyerahan, dan pemusnahan arsip setelah tahapan selesai."),
)

# decisions made every year or so: title, subject, what it does, classification code
OFFICE_DECISIONS = (
    ("Pembentukan Tim Pengelola Jaringan Dokumentasi dan Informasi Hukum Tahun {year}", "JDIH",
     "Menunjuk pengelola dokumentasi hukum beserta tugas mengolah, menyimpan, dan melayankan koleksi.", "HK.04"),
    ("Pedoman Pelayanan Perpustakaan Hukum Tahun {year}", "Perpustakaan",
     "Mengatur jam layanan, buku kunjungan, peminjaman, pengembalian, dan tata tertib ruang baca.", "HK.04"),
    ("Penunjukan Pejabat Pengelola Informasi dan Dokumentasi Tahun {year}", "Informasi publik",
     "Menetapkan pejabat yang melayani permohonan informasi dan mengelola daftar informasi publik.", "HM.02"),
    ("Daftar Informasi Publik Tahun {year}", "Informasi publik",
     "Memuat informasi yang wajib disediakan berkala, setiap saat, dan serta-merta.", "HM.02"),
    ("Pedoman Pengelolaan Arsip Dinamis Sekretariat Tahun {year}", "Arsip",
     "Mengatur penciptaan, penggunaan, pemeliharaan, dan penyusutan arsip aktif dan inaktif.", "TU.01"),
    ("Jadwal Retensi Arsip Fasilitatif Sekretariat Tahun {year}", "Arsip",
     "Menetapkan jangka simpan setiap jenis arsip kepegawaian, keuangan, dan perlengkapan.", "TU.01"),
    ("Penetapan Rencana Kerja dan Perjanjian Kinerja Tahun {year}", "Perencanaan",
     "Menetapkan sasaran, indikator, dan target kinerja setiap subbagian.", "PR.01"),
    ("Pembentukan Satuan Tugas Penyelenggaraan Sistem Pengendalian Intern Tahun {year}", "Pengawasan",
     "Membentuk satuan tugas yang menilai risiko dan memantau tindak lanjut perbaikan.", "PW.01"),
    ("Penetapan Standar Pelayanan dan Maklumat Pelayanan Tahun {year}", "Pelayanan publik",
     "Menetapkan persyaratan, prosedur, waktu, dan biaya setiap jenis pelayanan.", "OT.01"),
    ("Penetapan Rekapitulasi Daftar Pemilih Berkelanjutan Semester Pertama Tahun {year}", "Daftar pemilih",
     "Menetapkan hasil pemutakhiran data pemilih berkelanjutan bersama instansi terkait.", "PL.04"),
    ("Pembentukan Tim Penyelesaian Sengketa dan Advokasi Hukum Tahun {year}", "Bantuan hukum",
     "Menunjuk tim yang menyiapkan jawaban, alat bukti, dan pendampingan dalam perkara.", "HK.06"),
    ("Pedoman Perjalanan Dinas dan Tertib Administrasi Keuangan Tahun {year}", "Keuangan",
     "Mengatur persetujuan, pembiayaan, dan pertanggungjawaban perjalanan dinas pegawai.", "KU.01"),
)
DECISION_YEARS = (2014, 2016, 2017, 2018, 2021, 2022, 2023, 2025)

# regulations: title, issuer, subject
COMMISSION, REGION, HEAD = "Komisi Pemilihan Umum", "Pemerintah Kabupaten Wirasari", "Bupati Wirasari"
REGULATIONS = tuple((title, COMMISSION, "Pemilihan umum") for title in (
    "Tahapan, Program, dan Jadwal Penyelenggaraan Pemilihan Umum", "Pemutakhiran Data dan Penyusunan Daftar Pemilih",
    "Pembentukan dan Tata Kerja Badan Adhoc Penyelenggara Pemilihan", "Pencalonan Anggota Dewan Perwakilan Rakyat Daerah",
    "Pencalonan Bupati dan Wakil Bupati", "Kampanye Pemilihan Umum", "Dana Kampanye Peserta Pemilihan",
    "Perlengkapan Penyelenggaraan Pemungutan Suara", "Pemungutan dan Penghitungan Suara", "Rekapitulasi Hasil Penghitungan Suara",
    "Penetapan Pasangan Calon Terpilih dan Perolehan Kursi", "Partisipasi Masyarakat dalam Pemilihan",
    "Penataan Daerah Pemilihan dan Alokasi Kursi", "Pendaftaran dan Verifikasi Partai Politik Peserta Pemilihan",
    "Penggantian Antarwaktu Anggota Dewan Perwakilan Rakyat Daerah", "Pemungutan Suara Ulang dan Pemilihan Susulan",
    "Sistem Informasi dalam Penyelenggaraan Pemilihan", "Pemilihan dalam Kondisi Bencana Nonalam",
)) + tuple((title, COMMISSION, "Kelembagaan") for title in (
    "Tata Kerja Komisi Pemilihan Umum Provinsi dan Kabupaten/Kota", "Kode Perilaku Penyelenggara Pemilihan", "Tata Naskah Dinas",
    "Pengelolaan Jaringan Dokumentasi dan Informasi Hukum", "Pembentukan Produk Hukum", "Pelayanan Informasi Publik",
    "Pengelolaan Arsip Pemilihan", "Klasifikasi Arsip dan Hak Akses Arsip Dinamis", "Susunan Organisasi Sekretariat",
    "Penyelesaian Pelanggaran Administrasi", "Seleksi Calon Anggota", "Pengawasan Internal dan Penanganan Benturan Kepentingan",
)) + tuple((title, REGION, "Peraturan daerah") for title in (
    "Penyelenggaraan Kearsipan Daerah", "Penyelenggaraan Perpustakaan", "Keterbukaan Informasi Publik", "Bantuan Hukum bagi Warga Miskin",
    "Pemilihan dan Pemberhentian Kepala Desa", "Badan Permusyawaratan Desa", "Ketertiban Umum dan Ketenteraman Masyarakat",
    "Penyelenggaraan Reklame", "Pelindungan dan Pemenuhan Hak Penyandang Disabilitas", "Dana Cadangan Pemilihan Bupati dan Wakil Bupati",
    "Pembentukan Kecamatan Lembah Senja", "Pelestarian Naskah Kuno dan Cagar Budaya",
)) + tuple((title, HEAD, "Peraturan bupati") for title in (
    "Tata Cara Pemilihan Kepala Desa Serentak", "Pedoman Hibah Daerah untuk Penyelenggaraan Pemilihan", "Jam Kerja dan Hari Libur Kantor",
    "Pengelolaan Taman Bacaan Masyarakat", "Netralitas Aparatur Sipil Negara di Lingkungan Pemerintah Kabupaten",
    "Pemasangan Alat Peraga di Ruang Publik", "Jadwal Retensi Arsip Pemerintah Kabupaten", "Layanan Administrasi Kependudukan Keliling",
))

# books: matter, subject, class
BOOK_MATTERS = (
    ("Hukum Tata Negara", "Hukum tata negara", "342"), ("Hukum Administrasi Negara", "Hukum administrasi", "342.06"),
    ("Hukum Pemilu", "Hukum pemilu", "342.07"), ("Ilmu Perundang-undangan", "Perundang-undangan", "348"),
    ("Hukum Acara Mahkamah Konstitusi", "Hukum acara", "347"), ("Sistem Kepartaian", "Partai politik", "324.2"),
    ("Manajemen Kearsipan", "Kearsipan", "651.5"), ("Otonomi Daerah", "Pemerintahan daerah", "352.14"),
    ("Keterbukaan Informasi Publik", "Informasi publik", "323.44"), ("Penyelesaian Sengketa Pemilihan", "Sengketa pemilihan", "342.07"),
    ("Pengawasan Pemilu", "Pengawasan pemilu", "324.6"), ("Penyusunan Produk Hukum Daerah", "Perundang-undangan", "348"),
    ("Etika Penyelenggara Pemilu", "Etika", "174"), ("Pelayanan Perpustakaan Khusus", "Perpustakaan", "026"),
    ("Bahasa Indonesia dalam Naskah Dinas", "Bahasa", "499.221"), ("Keuangan Negara", "Keuangan negara", "343.03"),
)
BOOK_FORMS = ("Pengantar {matter}", "Dasar-Dasar {matter}", "{matter}: Teori dan Praktik", "Memahami {matter}",
              "Bunga Rampai {matter}", "{matter} dalam Tanya Jawab")
BOOKS = (  # books with a name of their own: title, subject, class
    ("Arsip Pemilu: Merawat Ingatan Bersama", "Kearsipan", "651.5"),
    ("Suara dari Bilik: Kisah Petugas KPPS di Pesisir", "Sejarah pemilu", "324.6"),
    ("Menghitung dengan Jujur: Catatan Rekapitulasi di Kecamatan", "Rekapitulasi", "324.6"),
    ("Sejarah Pemilu di Nusa Harapan, 1955–2019", "Sejarah pemilu", "324.6"), ("Perempuan di Meja Penghitungan", "Partisipasi", "324.6"),
    ("Merancang Surat Suara yang Mudah Dibaca", "Logistik", "324.6"), ("Politik Uang dan Cara Desa Menolaknya", "Politik uang", "324.7"),
    ("Kotak Suara Menyeberangi Sungai: Logistik Pemilu di Daerah Terpencil", "Logistik", "324.6"),
    ("Pemilih Pemula Bertanya, Penyelenggara Menjawab", "Pendidikan pemilih", "324.6"), ("Demokrasi dari Balai Desa", "Demokrasi", "321.8"),
    ("Menulis Keputusan yang Jelas: Panduan bagi Perancang", "Perundang-undangan", "348"),
    ("Membaca Putusan Pengadilan", "Hukum acara", "347"),
    ("Jejak Kertas: Mengelola Dokumen Hukum di Kantor Kecil", "Kearsipan", "651.5"), ("Ruang Baca untuk Semua", "Perpustakaan", "027"),
    ("Data Pemilih yang Bersih: Dari Pintu ke Pintu", "Daftar pemilih", "324.6"), ("Etika di Hari Pemungutan Suara", "Etika", "174"),
    ("Kampanye Tanpa Hoaks: Literasi Digital bagi Relawan", "Kampanye", "324.7"), ("Kamus Kecil Istilah Pemilu", "Rujukan", "324.03"),
    ("Hak Pilih Penyandang Disabilitas", "Hak pilih", "323.4"),
    ("Desain Daerah Pemilihan: Adil Sejak di Peta", "Daerah pemilihan", "328.3"),
    ("Anggaran Pemilihan: Dari Rencana sampai Laporan", "Anggaran", "352.4"), ("Tata Naskah Dinas untuk Pemula", "Administrasi", "651.7"),
    ("Hukum Adat dan Musyawarah di Wirasari", "Hukum adat", "340.57"), ("Kepala Desa dan Pilihannya", "Pemerintahan desa", "352.14"),
)
SURNAMES = ("Hadinata", "Marsudi", "Wiraguna", "Prameswari", "Lesmana", "Tirtayasa", "Kusumawati", "Natawijaya", "Pangestuti", "Rengganis",
            "Suryadilaga", "Mandagiri", "Widyastomo", "Sasmitaloka", "Purnamarasa", "Kertapati", "Larasanti", "Danuwijaya", "Wulandira",
            "Bagaskoro")
PUBLISHERS = ("Pustaka Wirasari", "Penerbit Lentera Hukum", "Balai Bacaan Nusa Harapan", "Pelita Aksara Pers", "Rumah Kertas")
TOWNS = ("Wirasari", "Kota Harapan", "Sukamaju Baru", "Tirta Jaya")

JOURNALS = (("Jurnal Tata Kelola Pemilihan", 2016), ("Buletin JDIH Wirasari", 2018),
            ("Majalah Suara Warga", 2015), ("Jurnal Hukum Nusa Harapan", 2014))
ARTICLES = (
    "Partisipasi Pemilih Pemula di Daerah Kepulauan", "Menguji Ketelitian Daftar Pemilih dengan Sampel Acak",
    "Biaya Logistik Pemilihan di Wilayah Sungai",
    "Keterwakilan Perempuan dalam Badan Adhoc", "Beban Kerja KPPS dan Kesehatan Petugas",
    "Sengketa Hasil Pemilihan: Pola Dalil dan Alat Bukti",
    "Alih Media Dokumen Hukum di Kantor Kabupaten", "Keterbacaan Formulir Penghitungan Suara",
    "Media Sosial dan Kampanye Calon Perseorangan",
    "Membandingkan Metode Alokasi Kursi", "Netralitas Aparatur Desa pada Pemilihan Serentak", "Pola Kunjungan Perpustakaan Hukum Daerah",
    "Kepatuhan Pelaporan Dana Kampanye", "Pendidikan Pemilih melalui Kesenian Rakyat", "Pemungutan Suara Ulang: Sebab dan Biaya",
    "Aksesibilitas TPS bagi Pemilih Lanjut Usia", "Arsip Pemilihan sebagai Bukti Sejarah", "Mengukur Kepuasan Pengguna Informasi Hukum",
    "Efektivitas Bimbingan Teknis KPPS", "Penataan Daerah Pemilihan setelah Pemekaran", "Pemilih Pindahan di Kawasan Perkebunan",
    "Bahasa Daerah dalam Sosialisasi Pemilihan", "Kedudukan Surat Edaran dalam Sistem Hukum", "Peran Saksi dalam Rekapitulasi Berjenjang",
    "Kesalahan Pengisian Formulir dan Cara Mencegahnya", "Kebijakan Retensi Arsip Pemilihan",
)

# rulings: title, court, how its numbers are written
RULINGS = (
    ("Perselisihan Hasil {election}", "Mahkamah Konstitusi", "{n}/PHP.BUP-{roman}/{year}"),
    ("Dugaan Pelanggaran Kode Etik Anggota Panitia Pemilihan Kecamatan {district} pada {election}", "Dewan Kehormatan Penyelenggara Pemilu",
     "{n}-PKE-DKPP/{roman}/{year}"),
    ("Permohonan Penyelesaian Sengketa Proses Pencalonan pada {election}", "Badan Pengawas Pemilihan Umum Kabupaten Wirasari",
     "{n}/PS.REG/9971/{roman}/{year}"),
    ("Gugatan atas Keputusan tentang Penetapan Daftar Calon Tetap pada {election}", "Pengadilan Tata Usaha Negara Kota Harapan",
     "{n}/G/{year}/PTUN.KH"),
)
