"""What is known of each station's printer, how long a paper may wait for it, and papers printed without one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STATION = (sa.Column("columns", sa.Integer(), nullable=True),
           sa.Column("accents", sa.Boolean(), nullable=False, server_default=sa.false()),
           sa.Column("full_density", sa.Boolean(), nullable=False, server_default=sa.false()),
           sa.Column("fence", sa.String(20), nullable=False, server_default="status"),
           sa.Column("printer_state_since", sa.DateTime(timezone=True), nullable=True),
           sa.Column("printer_model", sa.String(100), nullable=False, server_default=""))


def upgrade() -> None:
    for column in STATION:
        op.add_column("station", column)
    op.add_column("office", sa.Column("print_minutes", sa.Integer(), nullable=False, server_default="60"))
    with op.batch_alter_table("printout") as printout:
        printout.alter_column("station_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM printout WHERE station_id IS NULL")
    with op.batch_alter_table("printout") as printout:
        printout.alter_column("station_id", existing_type=sa.Integer(), nullable=False)
    op.drop_column("office", "print_minutes")
    for column in STATION:
        op.drop_column("station", column.name)
