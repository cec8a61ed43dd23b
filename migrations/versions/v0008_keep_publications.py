"""Keep publications."""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A table of SQLite that others refer to must not be made anew.
    confirms = sa.Column(
        "confirms_publications", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("organisation", confirms)
    op.create_table(
        "publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", columns.AutoString(length=100), nullable=False),
        sa.Column("tenant", columns.AutoString(length=40), nullable=False),
        sa.Column("status", columns.AutoString(length=30), nullable=False),
        sa.Column("dry", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("actor", columns.AutoString(length=100), nullable=False),
        sa.Column("actor_name", columns.AutoString(length=100), nullable=False),
        sa.Column("confirmed_by", columns.AutoString(length=100), nullable=True),
        sa.Column("confirmed_name", columns.AutoString(length=100), nullable=True),
        sa.Column("basis", columns.AutoString(length=500), nullable=False),
        sa.Column("note", columns.AutoString(length=2000), nullable=False),
        sa.Column("digest", columns.AutoString(length=64), nullable=False),
        sa.Column("report", columns.JsonText(), nullable=True),
        sa.Column("held", columns.JsonText(), nullable=True),
        sa.Column("versions", columns.JsonText(), nullable=True),
        sa.Column("bundles", columns.JsonText(), nullable=True),
        sa.Column("progress_done", sa.Integer(), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("told_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_publication_scope", "publication", ["scope", "created_at"])
    op.create_table(
        "publication_item",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("kind", columns.AutoString(length=20), nullable=False),
        sa.Column("key", columns.AutoString(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("derived_from", columns.AutoString(length=120), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"]),
        sa.PrimaryKeyConstraint("publication_id", "kind", "key"),
    )


def downgrade() -> None:
    op.drop_table("publication_item")
    op.drop_table("publication")
    with op.batch_alter_table("organisation") as table:
        table.drop_column("confirms_publications")
