"""Note whose definitions an instance uses."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TENANTS = """
UPDATE engine_instance SET scopes = 'base organisation:' || tenant WHERE tenant <> ''
"""
_BATCHES = """
UPDATE engine_instance SET scopes =
    'base industry:' || (
        SELECT industry FROM appraisal_session WHERE number = engine_instance.business_key
    ) || ' organisation:' || tenant
WHERE tenant <> '' AND business_key IN (
    SELECT number FROM appraisal_session WHERE industry <> ''
)
"""
_CHILDREN = """
UPDATE engine_instance SET scopes = (
    SELECT parent.scopes FROM engine_instance AS parent
    WHERE parent.id = engine_instance.parent_id
)
WHERE parent_id IN (SELECT id FROM engine_instance WHERE scopes LIKE 'base industry:%')
"""
# An enrolment's room's paper: no process starts children deeper than that.
_GENERATIONS = 3


def upgrade() -> None:
    # A constant default keeps SQLite from making the table anew, which others refer to.
    scopes = sa.Column("scopes", sa.String(300), nullable=False, server_default="base")
    op.add_column("engine_instance", scopes)
    op.execute(_TENANTS)
    op.execute(_BATCHES)
    for _ in range(_GENERATIONS):
        op.execute(_CHILDREN)


def downgrade() -> None:
    with op.batch_alter_table("engine_instance", schema=None) as batch_op:
        batch_op.drop_column("scopes")
