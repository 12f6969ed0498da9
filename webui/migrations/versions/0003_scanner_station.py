"""Batches of sheets, the runs of the scanner, and the pages that came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table("batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("expected_sheets", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_batch_station_id_station"),
        sa.PrimaryKeyConstraint("id", name="pk_batch")
    )
    op.create_index("ix_batch_station_id", "batch", ["station_id"], unique=False)
    op.create_table("run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_wanted", sa.Boolean(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("part", sa.Float(), nullable=True),
        sa.Column("trouble", sa.String(40), nullable=False),
        sa.Column("sentence", sa.String(300), nullable=False),
        sa.Column("next_step", sa.String(300), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_run_batch_id_batch"),
        sa.PrimaryKeyConstraint("id", name="pk_run")
    )
    op.create_index("ix_run_batch_id", "run", ["batch_id"], unique=False)
    op.create_index("ix_run_state", "run", ["state"], unique=False)
    op.create_table("page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("turned", sa.Integer(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("turned IN (0, 90, 180, 270)", name="ck_page_turned"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_page_batch_id_batch"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_page_run_id_run"),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
        sa.UniqueConstraint("batch_id", "number", name="uq_page_batch_id_number")
    )
    op.create_index("ix_page_run_id", "page", ["run_id"], unique=False)
    op.create_index("ix_page_sha256", "page", ["sha256"], unique=False)


def downgrade() -> None:
    for table in ("page", "run", "batch"):
        op.drop_table(table)
