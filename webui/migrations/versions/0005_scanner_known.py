"""What a station's scanner can do, and who has a scanner that several machines can reach."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table("device_lease",
        sa.Column("key", sa.String(500), nullable=False),
        sa.Column("holder", sa.String(100), nullable=False),
        sa.Column("machine", sa.String(500), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_device_lease")
    )
    op.add_column("station", sa.Column("scanner_known", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("station", sa.Column("scanner_known_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("station", "scanner_known_at")
    op.drop_column("station", "scanner_known")
    op.drop_table("device_lease")
