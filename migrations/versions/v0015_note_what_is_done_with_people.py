"""Note what is done with the people of an organisation."""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "personnel_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", columns.AutoString(length=20), nullable=False),
        sa.Column("post", columns.AutoString(length=60), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("organisation_id", "person_id"):
        op.create_index(f"ix_personnel_act_{column}", "personnel_act", [column])


def downgrade() -> None:
    op.drop_table("personnel_act")
