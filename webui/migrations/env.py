"""Alembic's way in: our tables, our engine, one linear history."""

import sqlalchemy as sa
from alembic import context

import webui.models

database = context.config.attributes["database"]
with database.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=webui.models.TABLES, render_as_batch=True, transaction_per_migration=True)
    if database.on_sqlite:  # batch operations rebuild tables: foreign keys rest meanwhile
        connection.execute(sa.text("PRAGMA foreign_keys=OFF"))
        connection.commit()
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if database.on_sqlite:
        connection.execute(sa.text("PRAGMA foreign_keys=ON"))
        connection.commit()
