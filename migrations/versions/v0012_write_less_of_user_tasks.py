"""Write less for each user task: index only taken ones by who took them, and keep groups once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAME, TABLE, COLUMNS = "ix_engine_user_task_assignee", "engine_user_task", ["assignee", "due_at"]
READY = "status = 'ready'"
TAKEN = "status = 'ready' AND assignee IS NOT NULL"


def upgrade() -> None:
    _index(TAKEN)
    _lay_out_groups(with_rowid=False)


def downgrade() -> None:
    _lay_out_groups(with_rowid=True)
    _index(READY)


def _index(where: str) -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(
        NAME, TABLE, COLUMNS, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def _lay_out_groups(*, with_rowid: bool) -> None:
    """On SQLite, keep a table beside the index of its key, or in it."""
    if op.get_bind().dialect.name != "sqlite":
        return
    kept = {"sqlite_with_rowid": with_rowid}
    with op.batch_alter_table("engine_user_task_group", recreate="always", table_kwargs=kept):
        pass
