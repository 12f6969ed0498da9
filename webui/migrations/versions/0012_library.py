"""The whole library: members and blocks, renewals, reservations, messages, imports, stock-takes, surveys; what else a title says."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ADDED = {
    "copy": (
        sa.Column("status_reason", sa.String(200), nullable=False, server_default=""),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("register_number", sa.String(60), nullable=False, server_default=""),
        sa.Column("extra", sa.JSON(), nullable=False, server_default="{}"),
    ),
    "office": (
        sa.Column("hold_days", sa.Integer(), nullable=False, server_default="3"),
        sa.Column("reminder_days", sa.Integer(), nullable=False, server_default="2"),
        sa.Column("member_months", sa.Integer(), nullable=False, server_default="12"),
        sa.Column("signer_title", sa.String(120), nullable=False, server_default=""),
        sa.Column("signer_name", sa.String(100), nullable=False, server_default=""),
    ),
    "title": (
        sa.Column("promulgated_on", sa.Date(), nullable=True),
        sa.Column("type_name", sa.String(80), nullable=False, server_default=""),
        sa.Column("signatory", sa.String(120), nullable=False, server_default=""),
        sa.Column("source", sa.String(200), nullable=False, server_default=""),
        sa.Column("field_of_law", sa.String(80), nullable=False, server_default=""),
        sa.Column("edition", sa.String(60), nullable=False, server_default=""),
        sa.Column("register_number", sa.String(60), nullable=False, server_default=""),
        sa.Column("cover", sa.String(80), nullable=False, server_default=""),
        sa.Column("digital", sa.String(80), nullable=False, server_default=""),
        sa.Column("digital_pages", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("elsewhere", sa.String(60), nullable=False, server_default=""),
        sa.Column("extra", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
    ),
    "visit": (
        sa.Column("group_name", sa.String(100), nullable=False, server_default=""),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("first_of_month", sa.Boolean(), nullable=False, server_default=sa.false()),
    ),
}
# who was forgotten already cannot be told apart any more: each of these visits counts as a person
FIRST_OF_MONTH = """
UPDATE visit SET first_of_month = true WHERE signed_at IS NOT NULL AND (person_key = '' OR NOT EXISTS (
  SELECT 1 FROM visit AS earlier WHERE earlier.person_key = visit.person_key AND earlier.signed_at IS NOT NULL AND earlier.id < visit.id
  AND substr(CAST(earlier.day AS VARCHAR), 1, 7) = substr(CAST(visit.day AS VARCHAR), 1, 7)))"""

REPORTED = ["day", "category", "purpose", "people", "first_of_month", "arrived_at", "institution", "signed_at"]


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)
    op.execute("UPDATE title SET changed_at = added_at")
    op.execute(FIRST_OF_MONTH)
    with op.batch_alter_table("title") as title:
        title.alter_column("changed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index("ix_title_elsewhere", "title", ["elsewhere"])
    op.create_index("ix_title_product_id", "title", ["product_id"])
    op.create_index("ix_visit_member_id", "visit", ["member_id"])
    op.create_index("ix_visit_report", "visit", REPORTED)
    op.create_index("ix_loan_item_closed_at", "loan_item", ["closed_at"])
    op.create_table("collection_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("format", sa.String(40), nullable=False),
        sa.Column("file", sa.String(80), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("titles", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("bad", sa.JSON(), nullable=False),
        sa.Column("skip_bad", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collection_import")
    )
    op.create_table("member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("card", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("institution", sa.String(120), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("contact", sa.String(100), nullable=False),
        sa.Column("elsewhere", sa.String(40), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("number", name="uq_member_number")
    )
    op.create_index("ix_member_elsewhere", "member", ["elsewhere"])
    op.create_index("ix_member_name", "member", ["name"])
    op.create_table("message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("borrower_key", sa.String(240), nullable=False),
        sa.Column("contact", sa.String(100), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("kind", "about", "day", name="uq_message_kind_about_day")
    )
    op.create_index("ix_message_about", "message", ["about"])
    op.create_index("ix_message_borrower_key", "message", ["borrower_key"])
    op.create_index("ix_message_made_at", "message", ["made_at"])
    op.create_index("ix_message_state", "message", ["state"])
    op.create_table("stock_take",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shelves", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.String(100), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(100), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_take")
    )
    op.create_table("survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("elements", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_survey")
    )
    op.create_table("survey_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name="fk_survey_answer_survey_id_survey"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_answer"),
        sa.UniqueConstraint("nonce", name="uq_survey_answer_nonce")
    )
    op.create_index("ix_survey_answer_survey_id", "survey_answer", ["survey_id"])
    op.create_table("reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("borrower_key", sa.String(240), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("contact", sa.String(100), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_reservation_copy_id_copy"),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name="fk_reservation_title_id_title"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_reservation_visit_id_visit"),
        sa.PrimaryKeyConstraint("id", name="pk_reservation"),
        sa.UniqueConstraint("nonce", name="uq_reservation_nonce")
    )
    op.create_index("ix_reservation_borrower_key", "reservation", ["borrower_key"])
    op.create_index("ix_reservation_copy_id", "reservation", ["copy_id"])
    op.create_index("ix_reservation_state", "reservation", ["state"])
    op.create_index("ix_reservation_title_id", "reservation", ["title_id"])
    op.create_index("ix_reservation_visit_id", "reservation", ["visit_id"])
    op.create_index("uq_reservation_held_copy", "reservation", ["copy_id"], unique=True,
                    sqlite_where=sa.text("state = 'ready'"), postgresql_where=sa.text("state = 'ready'"))
    op.create_index("uq_reservation_open", "reservation", ["title_id", "borrower_key"], unique=True,
                    sqlite_where=sa.text("state IN ('waiting', 'ready')"), postgresql_where=sa.text("state IN ('waiting', 'ready')"))
    op.create_table("sighting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stock_take_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("shelf", sa.String(40), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_sighting_copy_id_copy"),
        sa.ForeignKeyConstraint(["stock_take_id"], ["stock_take.id"], name="fk_sighting_stock_take_id_stock_take"),
        sa.PrimaryKeyConstraint("id", name="pk_sighting"),
        sa.UniqueConstraint("stock_take_id", "code", name="uq_sighting_stock_take_id_code")
    )
    op.create_index("ix_sighting_copy_id", "sighting", ["copy_id"])
    op.create_table("block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("borrower_key", sa.String(240), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name="fk_block_loan_id_loan"),
        sa.PrimaryKeyConstraint("id", name="pk_block")
    )
    op.create_index("ix_block_borrower_key", "block", ["borrower_key"])
    op.create_index("ix_block_loan_id", "block", ["loan_id"])
    op.create_table("renewal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("was", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name="fk_renewal_loan_id_loan"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_renewal_station_id_station"),
        sa.PrimaryKeyConstraint("id", name="pk_renewal")
    )
    op.create_index("ix_renewal_loan_id", "renewal", ["loan_id"])


def downgrade() -> None:
    for table in ("renewal", "block", "sighting", "reservation", "survey_answer", "survey", "stock_take", "message", "member",
                  "collection_import"):
        op.drop_table(table)
    for index, table in (("ix_loan_item_closed_at", "loan_item"), ("ix_visit_report", "visit"),
                         ("ix_visit_member_id", "visit"), ("ix_title_product_id", "title"), ("ix_title_elsewhere", "title")):
        op.drop_index(index, table)
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as altered:
            for column in reversed(columns):
                altered.drop_column(column.name)
