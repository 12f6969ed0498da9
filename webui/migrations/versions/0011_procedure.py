"""The publication procedure: a product's particulars, steps and relations, the agenda book, dispositions and publications."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"

ADDED = (
    sa.Column("issuer", sa.String(200), nullable=False, server_default=""),
    sa.Column("enacted_on", sa.Date(), nullable=True),
    sa.Column("promulgated_on", sa.Date(), nullable=True),
    sa.Column("place", sa.String(120), nullable=False, server_default=""),
    sa.Column("signatory", sa.String(120), nullable=False, server_default=""),
    sa.Column("subject", sa.String(500), nullable=False, server_default=""),
    sa.Column("field_of_law", sa.String(80), nullable=False, server_default=""),
    sa.Column("source", sa.String(200), nullable=False, server_default=""),
    sa.Column("in_force", sa.Boolean(), nullable=False, server_default=sa.true()),
    sa.Column("unit", sa.String(120), nullable=False, server_default=""),
    sa.Column("location", sa.String(200), nullable=False, server_default=""),
    sa.Column("state", sa.String(40), nullable=False, server_default="entered"),
    sa.Column("state_since", sa.DateTime(timezone=True), nullable=True),
    sa.Column("due_on", sa.Date(), nullable=True),
    sa.Column("proposed_by_id", sa.Integer(), nullable=True),
    sa.Column("claimed_by_id", sa.Integer(), nullable=True),
    sa.Column("claimed_by", sa.String(100), nullable=False, server_default=""),
    sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("sent_back_id", sa.Integer(), nullable=True),
    sa.Column("document_id", sa.Integer(), nullable=True),
    sa.Column("original_id", sa.Integer(), nullable=True),
    sa.Column("checked_sha256", sa.String(64), nullable=True),
    sa.Column("ticks", sa.JSON(), nullable=False, server_default="{}"),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
)
OF_THE_OFFICE = (
    sa.Column("heading", sa.String(200), nullable=False, server_default=""),
    sa.Column("place", sa.String(120), nullable=False, server_default=""),
    sa.Column("region", sa.String(10), nullable=False, server_default=""),
    sa.Column("copy_code", sa.Boolean(), nullable=False, server_default=sa.false()),
)


def upgrade() -> None:
    for column in OF_THE_OFFICE:
        op.add_column("office", column)
    for column in ADDED:
        op.add_column("product", column)
    op.execute("UPDATE product SET state_since = made_at, changed_at = made_at")
    with op.batch_alter_table("product") as product:
        product.alter_column("state_since", existing_type=sa.DateTime(timezone=True), nullable=False)
        product.alter_column("changed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        product.drop_constraint("uq_product_type_number_year", type_="unique")
        product.create_unique_constraint("uq_product_type_number_year_issuer", ["type", "number", "year", "issuer"])
    op.create_index("ix_product_stage", "product", ["state", "state_since"])
    op.create_index("ix_product_proposed_by_id", "product", ["proposed_by_id"])
    op.create_index("ix_product_checked_sha256", "product", ["checked_sha256"])
    op.add_column("run", sa.Column("asked_by_id", sa.Integer(), nullable=True))
    op.add_column("document", sa.Column("made_by_id", sa.Integer(), nullable=True))
    op.create_table("product_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("from_state", sa.String(40), nullable=False),
        sa.Column("to_state", sa.String(40), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_product_step_product_id_product"),
        sa.PrimaryKeyConstraint("id", name="pk_product_step"),
    )
    op.create_index("ix_product_step_product_id", "product_step", ["product_id"])
    op.create_table("product_relation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(40), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("other", sa.String(400), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_product_relation_product_id_product"),
        sa.ForeignKeyConstraint(["other_id"], ["product.id"], name="fk_product_relation_other_id_product"),
        sa.PrimaryKeyConstraint("id", name="pk_product_relation"),
        sa.UniqueConstraint("product_id", "relation", "other_id", "other", name="uq_product_relation_product_id_relation_other_id_other"),
    )
    op.create_index("ix_product_relation_product_id", "product_relation", ["product_id"])
    op.create_index("ix_product_relation_other_id", "product_relation", ["other_id"])
    op.create_table("agenda_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(100), nullable=False),
        sa.Column("memo_number", sa.String(120), nullable=False),
        sa.Column("memo_date", sa.Date(), nullable=False),
        sa.Column("sender", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(1000), nullable=False),
        sa.Column("remark", sa.String(400), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_agenda_entry_product_id_product"),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_entry"),
        sa.UniqueConstraint("year", "number", name="uq_agenda_entry_year_number"),
    )
    op.create_index("ix_agenda_entry_product_id", "agenda_entry", ["product_id"])
    op.create_table("disposition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.String(40), nullable=False),
        sa.Column("instructions", sa.JSON(), nullable=False),
        sa.Column("forwarded_to", sa.String(200), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_disposition_product_id_product"),
        sa.PrimaryKeyConstraint("id", name="pk_disposition"),
    )
    op.create_index("ix_disposition_product_id", "disposition", ["product_id"])
    op.create_table("publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("publisher", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(160), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("page_url", sa.String(500), nullable=False),
        sa.Column("file_url", sa.String(500), nullable=False),
        sa.Column("sentence", sa.String(300), nullable=False),
        sa.Column("next_step", sa.String(300), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("log", sa.JSON(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_publication_product_id_product"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_publication_document_id_document"),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("product_id", "publisher", "sha256", name="uq_publication_product_id_publisher_sha256"),
    )
    for name in ("product_id", "document_id", "state", "sha256", "trouble_at", "next_at", "changed_at"):
        op.create_index(f"ix_publication_{name}", "publication", [name])


def downgrade() -> None:
    for table in ("publication", "disposition", "agenda_entry", "product_relation", "product_step"):
        op.drop_table(table)
    op.drop_column("document", "made_by_id")
    op.drop_column("run", "asked_by_id")
    for column in reversed(OF_THE_OFFICE):
        op.drop_column("office", column.name)
    for index in ("ix_product_stage", "ix_product_proposed_by_id", "ix_product_checked_sha256"):
        op.drop_index(index, "product")
    with op.batch_alter_table("product") as product:
        product.drop_constraint("uq_product_type_number_year_issuer", type_="unique")
        product.create_unique_constraint("uq_product_type_number_year", ["type", "number", "year"])
        for column in reversed(ADDED):
            product.drop_column(column.name)
