"""Keep which parts of the newer bundle a migration takes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The type writes JSON as text: an empty list means all of the bundle.
    column = sa.Column("parts", sa.Text, nullable=False, server_default="[]")
    op.add_column("engine_migration", column)


def downgrade() -> None:
    with op.batch_alter_table("engine_migration", schema=None) as batch_op:
        batch_op.drop_column("parts")
