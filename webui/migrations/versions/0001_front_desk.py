"""The front desk: guest book, collection, loans, paper, people, stations, audit trail and jobs."""

import sqlalchemy as sa
from alembic import op

from kiosk.shelves.search_index import TITLES

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table("audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("deed", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.Integer(), nullable=True),
        sa.Column("seal", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sa.UniqueConstraint("sealed", name="uq_audit_entry_sealed")
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"], unique=False)
    op.create_table("closed_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closed_day"),
        sa.UniqueConstraint("day", name="uq_closed_day_day")
    )
    op.create_table("counter",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter")
    )
    op.create_table("job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(60), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job")
    )
    op.create_index("ix_job_waiting", "job", ["queue", "due"], unique=False, sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"))
    op.create_table("loan_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("kind", sa.String(40), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("loanable", sa.Boolean(), nullable=False),
        sa.Column("max_copies", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("max_renewals", sa.Integer(), nullable=False),
        sa.Column("renewal_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("suspension_days", sa.Integer(), nullable=False),
        sa.Column("fine_per_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_loan_rule")
    )
    op.create_table("office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("library", sa.String(120), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("time_zone", sa.String(40), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("officer_admits", sa.Boolean(), nullable=False),
        sa.Column("self_service", sa.Boolean(), nullable=False),
        sa.Column("request_minutes", sa.Integer(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("borrower_limit", sa.Integer(), nullable=False),
        sa.Column("slip_terms", sa.String(400), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_office")
    )
    op.create_table("opening_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opening_day"),
        sa.UniqueConstraint("weekday", name="uq_opening_day_weekday")
    )
    op.create_table("person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("username", name="uq_person_username")
    )
    op.create_table("station",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("enrol_hash", sa.String(64), nullable=True),
        sa.Column("enrol_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printer", sa.String(300), nullable=False),
        sa.Column("paper_mm", sa.Integer(), nullable=False),
        sa.Column("native_qr", sa.Boolean(), nullable=False),
        sa.Column("has_cutter", sa.Boolean(), nullable=False),
        sa.Column("scanner", sa.String(300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printer_state", sa.String(40), nullable=False),
        sa.Column("printer_note", sa.String(300), nullable=False),
        sa.Column("printer_state_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_station"),
        sa.UniqueConstraint("enrol_hash", name="uq_station_enrol_hash"),
        sa.UniqueConstraint("name", name="uq_station_name"),
        sa.UniqueConstraint("token_hash", name="uq_station_token_hash")
    )
    op.create_table("title",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(300), nullable=False),
        sa.Column("publisher", sa.String(200), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("enacted_on", sa.Date(), nullable=True),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("call_number", sa.String(60), nullable=False),
        sa.Column("isbn", sa.String(30), nullable=False),
        sa.Column("extent", sa.String(100), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_title")
    )
    op.create_index("ix_title_kind", "title", ["kind"], unique=False)
    op.create_index("ix_title_year", "title", ["year"], unique=False)
    op.create_table("browser_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_browser_session_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_browser_session"),
        sa.UniqueConstraint("token_hash", name="uq_browser_session_token_hash")
    )
    op.create_index("ix_browser_session_person_id", "browser_session", ["person_id"], unique=False)
    op.create_index("ix_browser_session_seen_at", "browser_session", ["seen_at"], unique=False)
    op.create_table("copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shelf", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name="fk_copy_title_id_title"),
        sa.PrimaryKeyConstraint("id", name="pk_copy"),
        sa.UniqueConstraint("code", name="uq_copy_code")
    )
    op.create_index("ix_copy_title_id", "copy", ["title_id"], unique=False)
    op.create_table("printout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(30), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("copy_no", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(100), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("aborted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("copy_no >= 1", name="ck_printout_copy_no"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_printout_station_id_station"),
        sa.PrimaryKeyConstraint("id", name="pk_printout"),
        sa.UniqueConstraint("what", "subject", "copy_no", name="uq_printout_what_subject_copy_no")
    )
    op.create_index("ix_printout_sent", "printout", ["station_id", "sent_at"], unique=False)
    op.create_index("ix_printout_state", "printout", ["state"], unique=False)
    op.create_table("rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_rating_station_id_station"),
        sa.PrimaryKeyConstraint("id", name="pk_rating")
    )
    op.create_index("ix_rating_day", "rating", ["day"], unique=False)
    op.create_table("visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("institution", sa.String(120), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("purpose", sa.String(40), nullable=True),
        sa.Column("purpose_text", sa.String(200), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("men", sa.Integer(), nullable=True),
        sa.Column("contact", sa.String(100), nullable=False),
        sa.Column("person_key", sa.String(240), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("admitted_by", sa.String(100), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_estimated", sa.Boolean(), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_visit_station_id_station"),
        sa.PrimaryKeyConstraint("id", name="pk_visit")
    )
    op.create_index("ix_visit_day", "visit", ["day"], unique=False)
    op.create_index("ix_visit_person_key", "visit", ["person_key"], unique=False)
    op.create_index("ix_visit_state", "visit", ["state"], unique=False)
    op.create_table("help_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_help_call_station_id_station"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_help_call_visit_id_visit"),
        sa.PrimaryKeyConstraint("id", name="pk_help_call")
    )
    op.create_index("ix_help_call_station_id", "help_call", ["station_id"], unique=False)
    op.create_table("loan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("borrower_key", sa.String(240), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_by", sa.String(100), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_loan_station_id_station"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_loan_visit_id_visit"),
        sa.PrimaryKeyConstraint("id", name="pk_loan"),
        sa.UniqueConstraint("nonce", name="uq_loan_nonce"),
        sa.UniqueConstraint("year", "number", name="uq_loan_year_number")
    )
    op.create_index("ix_loan_borrower_key", "loan", ["borrower_key"], unique=False)
    op.create_index("ix_loan_closed_at", "loan", ["closed_at"], unique=False)
    op.create_index("ix_loan_due_at", "loan", ["due_at"], unique=False)
    op.create_index("ix_loan_handed_over_at", "loan", ["handed_over_at"], unique=False)
    op.create_index("ix_loan_requested_at", "loan", ["requested_at"], unique=False)
    op.create_index("ix_loan_state", "loan", ["state"], unique=False)
    op.create_index("ix_loan_visit_id", "loan", ["visit_id"], unique=False)
    op.create_table("reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_reading_copy_id_copy"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_reading_visit_id_visit"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.UniqueConstraint("nonce", name="uq_reading_nonce")
    )
    op.create_index("ix_reading_copy_id", "reading", ["copy_id"], unique=False)
    op.create_index("ix_reading_day", "reading", ["day"], unique=False)
    op.create_index("ix_reading_visit_id", "reading", ["visit_id"], unique=False)
    op.create_index("uq_reading_open_copy", "reading", ["copy_id"], unique=True, sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table("loan_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(100), nullable=True),
        sa.Column("condition", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_loan_item_copy_id_copy"),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name="fk_loan_item_loan_id_loan"),
        sa.PrimaryKeyConstraint("id", name="pk_loan_item")
    )
    op.create_index("ix_loan_item_copy_id", "loan_item", ["copy_id"], unique=False)
    op.create_index("ix_loan_item_loan_id", "loan_item", ["loan_id"], unique=False)
    op.create_index("uq_loan_item_open_copy", "loan_item", ["copy_id"], unique=True, sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"))
    TITLES.create(op.get_bind())


def downgrade() -> None:
    TITLES.drop(op.get_bind())
    op.drop_index("uq_loan_item_open_copy", table_name="loan_item", sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"))
    op.drop_index("ix_loan_item_loan_id", table_name="loan_item")
    op.drop_index("ix_loan_item_copy_id", table_name="loan_item")
    op.drop_table("loan_item")
    op.drop_index("uq_reading_open_copy", table_name="reading", sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_reading_visit_id", table_name="reading")
    op.drop_index("ix_reading_day", table_name="reading")
    op.drop_index("ix_reading_copy_id", table_name="reading")
    op.drop_table("reading")
    op.drop_index("ix_loan_visit_id", table_name="loan")
    op.drop_index("ix_loan_state", table_name="loan")
    op.drop_index("ix_loan_requested_at", table_name="loan")
    op.drop_index("ix_loan_handed_over_at", table_name="loan")
    op.drop_index("ix_loan_due_at", table_name="loan")
    op.drop_index("ix_loan_closed_at", table_name="loan")
    op.drop_index("ix_loan_borrower_key", table_name="loan")
    op.drop_table("loan")
    op.drop_index("ix_help_call_station_id", table_name="help_call")
    op.drop_table("help_call")
    op.drop_index("ix_visit_state", table_name="visit")
    op.drop_index("ix_visit_person_key", table_name="visit")
    op.drop_index("ix_visit_day", table_name="visit")
    op.drop_table("visit")
    op.drop_index("ix_rating_day", table_name="rating")
    op.drop_table("rating")
    op.drop_index("ix_printout_state", table_name="printout")
    op.drop_index("ix_printout_sent", table_name="printout")
    op.drop_table("printout")
    op.drop_index("ix_copy_title_id", table_name="copy")
    op.drop_table("copy")
    op.drop_index("ix_browser_session_seen_at", table_name="browser_session")
    op.drop_index("ix_browser_session_person_id", table_name="browser_session")
    op.drop_table("browser_session")
    op.drop_index("ix_title_year", table_name="title")
    op.drop_index("ix_title_kind", table_name="title")
    op.drop_table("title")
    op.drop_table("station")
    op.drop_table("person")
    op.drop_table("opening_day")
    op.drop_table("office")
    op.drop_table("loan_rule")
    op.drop_index("ix_job_waiting", table_name="job", sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"))
    op.drop_table("job")
    op.drop_table("counter")
    op.drop_table("closed_day")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
    op.drop_table("audit_entry")
