"""Let organisations keep the base."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Before, nobody changed the definitions of all in the browser.
    keeps = sa.Column("keeps_base", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("organisation", keeps)


def downgrade() -> None:
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("keeps_base")
