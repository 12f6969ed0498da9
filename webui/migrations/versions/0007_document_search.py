"""The search over documents: its index, and the lines of their pages that it shows."""

import sqlalchemy as sa
from alembic import op

from scanner.documents.searching import DOCUMENTS

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    DOCUMENTS.create(op.get_bind())
    op.create_table("document_lines",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_lines_document_id_document", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_document_lines")
    )


def downgrade() -> None:
    op.drop_table("document_lines")
    DOCUMENTS.drop(op.get_bind())
