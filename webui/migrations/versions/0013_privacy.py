"""Contacts are sealed; notices with versions, how long each kind of data is kept, and who asked about their own."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from foundation.sealing import WrongKey

revision = "0013"
down_revision = "0012"

SEALED = ("visit", "member", "reservation", "message")
DAYS = {"contact_days": "30", "reservation_days": "30", "message_days": "90", "block_days": "365", "member_days": "365"}
FORGETTABLE = {"ix_visit_named": ("keep_until", "name <> ''"), "ix_visit_reachable": ("day", "contact <> ''")}
AT_ONCE = 1000

# the words that visitors have read until now, as version 1
FIRST = {
    "id": ("Nama dan asal Anda dicatat di buku tamu layanan publik ini; slip pinjaman memuat nama singkat Anda. Data itu dipakai untuk "
           "keperluan tersebut dan menghitung kunjungan, lalu dihapus setelah {days} hari. Tanpa NIK, tanpa foto. "
           "Kontak boleh dikosongkan.",
           "Penyimpan data: {office}.\n"
           "Dasar penyimpanan: bagian dari pelayanan publik (UU 27 Tahun 2022 pasal 20).\n"
           "Lamanya: {days} hari, atau sampai pinjaman terakhir kembali; setelah itu tinggal angka.\n"
           "Hak Anda: minta petugas menunjukkan, membetulkan, atau menghapus data; dijawab dalam tiga hari.\n"
           "Pencarian Anda tidak disimpan bersama nama."),
    "en": ("Your name and where you come from are written in the guest book of this public service; the loan slip shows a short form of "
           "your name. They are used for that and for counting visits, and deleted after {days} days. No identity number, no photo. Your "
           "contact is optional.",
           "Who keeps it: {office}.\n"
           "Why it may be kept: it is part of a public service (Law 27 of 2022, article 20).\n"
           "How long: {days} days, or until your last loan is back; after that only numbers remain.\n"
           "Your right: ask the officer to see, correct or delete your data; the answer comes within three days.\n"
           "What you search for is kept without your name."),
}


def upgrade() -> None:
    op.create_table("sealing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealing_key")
    )
    for table in SEALED:
        with op.batch_alter_table(table) as altered:
            altered.alter_column("contact", existing_type=sa.String(100), type_=sa.Text(), existing_nullable=False)
        _rewrite(table, lambda sealer, text: sealer.seal(text))
    for name, (column, where) in FORGETTABLE.items():
        op.create_index(name, "visit", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    for name, days in DAYS.items():
        op.add_column("office", sa.Column(name, sa.Integer(), nullable=False, server_default=days))
    op.add_column("office", sa.Column("forgotten_on", sa.Date(), nullable=True))
    notice = op.create_table("notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("short", sa.String(600), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("version", "language", name="uq_notice_version_language")
    )
    op.bulk_insert(notice, [{"version": 1, "language": language, "short": short, "more": more, "published_at": datetime.now(UTC),
                             "published_by": "Loket"} for language, (short, more) in FIRST.items()])
    op.create_table("data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.String(240), nullable=False),
        sa.Column("wish", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(100), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_request")
    )
    op.create_index("ix_data_request_answered_at", "data_request", ["answered_at"])
    op.create_index("ix_data_request_person_key", "data_request", ["person_key"])


def downgrade() -> None:
    op.drop_table("data_request")
    op.drop_table("notice")
    with op.batch_alter_table("office") as altered:
        for name in ("forgotten_on", *DAYS):
            altered.drop_column(name)
    for name in FORGETTABLE:
        op.drop_index(name, "visit")
    for table in SEALED:
        _rewrite(table, lambda sealer, text: sealer.open(text))
        with op.batch_alter_table(table) as altered:
            altered.alter_column("contact", existing_type=sa.Text(), type_=sa.String(100), existing_nullable=False)
    op.drop_table("sealing_key")


def _rewrite(table: str, change) -> None:
    """Every contact of `table` as `change` makes it of the one that is there."""
    bind = op.get_bind()
    rows = sa.table(table, sa.column("id", sa.Integer), sa.column("contact", sa.Text))
    filled = sa.select(rows.c.id, rows.c.contact).where(rows.c.contact != "").order_by(rows.c.id).limit(AT_ONCE)
    last = 0
    while some := bind.execute(filled.where(rows.c.id > last)).all():
        if bind.dialect.sealer is None:
            raise WrongKey
        bind.execute(sa.update(rows).where(rows.c.id == sa.bindparam("row")).values(contact=sa.bindparam("text")),
                     [{"row": row.id, "text": change(bind.dialect.sealer, row.contact)} for row in some])
        last = some[-1].id
