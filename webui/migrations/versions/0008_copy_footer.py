"""The line under every page of a document's copy, why a page of it is as large as it is, and what a page came as before it was packed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("office", sa.Column("copy_footer", sa.String(120), nullable=False, server_default=""))
    op.add_column("document_page", sa.Column("why", sa.String(20), nullable=False, server_default=""))
    op.add_column("page", sa.Column("came_as", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("page", "came_as")
    op.drop_column("document_page", "why")
    op.drop_column("office", "copy_footer")
