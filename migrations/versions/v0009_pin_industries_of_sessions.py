"""Pin industries of sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Batches of before go on with the definitions they have. A constant default keeps SQLite from
    # making the table anew, which others refer to.
    industries = sa.Column("industries", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("appraisal_session", industries)


def downgrade() -> None:
    with op.batch_alter_table("appraisal_session", schema=None) as batch_op:
        batch_op.drop_column("industries")
