"""A due date may move to one day more than once; what visitors are typing lies sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ONCE = sa.text("kind <> 'due date moved'")
COLUMNS = ["kind", "about", "day"]


def upgrade() -> None:
    with op.batch_alter_table("message") as message:
        message.drop_constraint("uq_message_kind_about_day", type_="unique")
    op.create_index("uq_message_once", "message", COLUMNS, unique=True, sqlite_where=ONCE, postgresql_where=ONCE)
    op.execute("DELETE FROM browser_session WHERE scope = 'kiosk'")  # what was typed lay open in them


def downgrade() -> None:
    op.drop_index("uq_message_once", "message")
    op.execute("DELETE FROM message WHERE kind = 'due date moved'")
    with op.batch_alter_table("message") as message:
        message.create_unique_constraint("uq_message_kind_about_day", COLUMNS)
