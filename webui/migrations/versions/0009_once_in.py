"""A PDF comes in once; and whether a document's product was entered by confirming it, so that a mistake can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_index("ix_document_came_as", "document")
    op.create_index("ix_document_came_as", "document", ["came_as"], unique=True)
    op.add_column("document", sa.Column("entered_product", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("document", "entered_product")
    op.drop_index("ix_document_came_as", "document")
    op.create_index("ix_document_came_as", "document", ["came_as"])
