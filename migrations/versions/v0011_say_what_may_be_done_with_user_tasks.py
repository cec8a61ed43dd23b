"""Say what may be done with user tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # User tasks of before allow everything, as their diagrams did.
    op.add_column("engine_user_task", sa.Column("operations", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("engine_user_task", schema=None) as batch_op:
        batch_op.drop_column("operations")
