"""Alembic's entry: runs the migrations inside the transaction that the ledger opened."""

from __future__ import annotations

from alembic import context

from jupyter_llm_meter.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=context.config.attributes["version_table"],
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
