"""Runs the steps on the connection that `upgrade.py` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from listening.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
