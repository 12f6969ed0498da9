"""What a title was that has become one with another is kept, so that an import knows it again."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table("merged_title",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("edition", sa.String(60), nullable=False),
        sa.Column("register_number", sa.String(60), nullable=False),
        sa.Column("elsewhere", sa.String(60), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_merged_title"),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name="fk_merged_title_title_id_title"),
    )
    op.create_index("ix_merged_title_title_id", "merged_title", ["title_id"])


def downgrade() -> None:
    op.drop_table("merged_title")
