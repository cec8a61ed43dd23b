"""Run migrations on a connection that the caller opened; see `api.migration`."""

from alembic import context
from sqlmodel import SQLModel

from api.migration import include_name, load_tables

load_tables()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    include_name=include_name,
    render_as_batch=True,
    transaction_per_migration=True,
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
