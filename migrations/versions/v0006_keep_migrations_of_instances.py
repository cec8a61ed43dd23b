"""Keep migrations of instances."""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "engine_migration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant", columns.AutoString(length=100), nullable=False),
        sa.Column("process_id", columns.AutoString(length=200), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("status", columns.AutoString(length=20), nullable=False),
        sa.Column("targets", columns.JsonText(), nullable=False),
        sa.Column("mapping", columns.JsonText(), nullable=False),
        sa.Column("recompute", columns.JsonText(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("actor", columns.AutoString(length=100), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_engine_migration_tenant", "engine_migration", ["tenant", "created_at"])
    op.create_table(
        "engine_migration_item",
        sa.Column("migration_id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("process_id", columns.AutoString(length=200), nullable=False),
        sa.Column("business_key", columns.AutoString(length=200), nullable=False),
        sa.Column("from_bundle", columns.AutoString(length=64), nullable=False),
        sa.Column("to_bundle", columns.AutoString(length=64), nullable=False),
        sa.Column("state", columns.AutoString(length=20), nullable=False),
        sa.Column("outcome", columns.AutoString(length=20), nullable=False),
        sa.Column("findings", columns.JsonText(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("history_seq", sa.Integer(), nullable=True),
        sa.Column("goes_on", sa.Boolean(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("rows", columns.JsonText(), nullable=True),
        sa.ForeignKeyConstraint(["migration_id"], ["engine_migration.id"]),
        sa.PrimaryKeyConstraint("migration_id", "instance_id"),
    )
    op.create_index("ix_engine_migration_item_instance", "engine_migration_item", ["instance_id"])


def downgrade() -> None:
    op.drop_table("engine_migration_item")
    op.drop_table("engine_migration")
