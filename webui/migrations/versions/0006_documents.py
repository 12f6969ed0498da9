"""Documents, their pages and their text, the office's officials, and what was read from a scanned page."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

READ = (sa.Column("skew_degrees", sa.Float(), nullable=False, server_default="0"),
        sa.Column("reading", sa.JSON(), nullable=True),
        sa.Column("reading_turned", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))


def upgrade() -> None:
    for column in READ:
        op.add_column("page", column)
    op.create_table("document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("came_as", sa.String(64), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("suggested", sa.JSON(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("sentence", sa.String(300), nullable=False),
        sa.Column("next_step", sa.String(300), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_document_batch_id_batch"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_document_product_id_product"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("batch_id", name="uq_document_batch_id")
    )
    for column in ("state", "product_id", "sha256", "came_as"):
        op.create_index(f"ix_document_{column}", "document", [column], unique=False)
    op.create_table("document_page",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("turned", sa.Integer(), nullable=False),
        sa.Column("skew_degrees", sa.Float(), nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("lost_mm2", sa.Float(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_page_document_id_document", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_document_page_page_id_page"),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_document_page")
    )
    op.create_index("ix_document_page_page_id", "document_page", ["page_id"], unique=False)
    op.create_table("official",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("position", sa.String(200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_official"),
        sa.UniqueConstraint("name", name="uq_official_name")
    )


def downgrade() -> None:
    for table in ("official", "document_page", "document"):
        op.drop_table(table)
    for column in READ:
        op.drop_column("page", column.name)
