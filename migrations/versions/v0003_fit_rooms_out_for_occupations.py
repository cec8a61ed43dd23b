"""Fit rooms out for occupations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rooms of before are for any occupation, as they were. A table of SQLite that others refer to
    # must not be made anew, which an expression as default would do.
    occupations = sa.Column("occupations", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("room", occupations)


def downgrade() -> None:
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_column("occupations")
