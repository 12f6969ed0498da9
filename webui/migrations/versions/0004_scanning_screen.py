"""Products, kept profiles, what a run is for, sheets, and what was seen on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COLUMNS = {
    "run": (sa.Column("purpose", sa.String(40), nullable=False, server_default="add"),
            sa.Column("target_id", sa.Integer(), nullable=True),
            sa.Column("pile", sa.Integer(), nullable=True),
            sa.Column("collated_at", sa.DateTime(timezone=True), nullable=True)),
    "page": (sa.Column("sheet", sa.Integer(), nullable=True),
             sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True),
             sa.Column("findings", sa.JSON(), nullable=False, server_default="[]"),
             sa.Column("codes", sa.JSON(), nullable=False, server_default="[]"),
             sa.Column("fingerprint", sa.LargeBinary(), nullable=True)),
}


def upgrade() -> None:
    op.create_table("product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(1000), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_product"),
        sa.UniqueConstraint("type", "number", "year", name="uq_product_type_number_year")
    )
    op.create_table("scan_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scan_profile"),
        sa.UniqueConstraint("name", name="uq_scan_profile_name")
    )
    with op.batch_alter_table("batch") as batch:
        batch.add_column(sa.Column("product_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_batch_product_id_product", "product", ["product_id"], ["id"])
        batch.create_index("ix_batch_product_id", ["product_id"], unique=False)
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.execute("UPDATE page SET sheet = number")
    op.create_index("ix_page_seen", "page", ["batch_id", "removed_at", "examined_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_page_seen", "page")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
    with op.batch_alter_table("batch") as batch:
        batch.drop_index("ix_batch_product_id")
        batch.drop_constraint("fk_batch_product_id_product", type_="foreignkey")
        batch.drop_column("product_id")
    for table in ("scan_profile", "product"):
        op.drop_table(table)
