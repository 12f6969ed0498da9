"""The line under every page of a document's copy."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("office", sa.Column("copy_footer", sa.String(120), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("office", "copy_footer")
