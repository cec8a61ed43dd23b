"""Pin forms of user tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Constant defaults keep SQLite from making the tables anew.
    pinned = sa.Column("form_bundle_id", sa.String(64), nullable=False, server_default="")
    op.add_column("engine_user_task", pinned)
    new_forms = sa.Column("new_forms", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("engine_migration", new_forms)
    # Until now a user task's form was that of its instance's bundle.
    op.execute(
        "UPDATE engine_user_task SET form_bundle_id = COALESCE((SELECT bundle_id FROM"
        " engine_instance WHERE engine_instance.id = engine_user_task.instance_id), '')"
    )


def downgrade() -> None:
    with op.batch_alter_table("engine_migration", schema=None) as batch_op:
        batch_op.drop_column("new_forms")
    with op.batch_alter_table("engine_user_task", schema=None) as batch_op:
        batch_op.drop_column("form_bundle_id")
