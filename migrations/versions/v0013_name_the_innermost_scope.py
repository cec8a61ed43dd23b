"""Name the innermost scope of chains of an organisation and an industry."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COLUMNS = (("engine_bundle_head", "chain"), ("engine_instance", "scopes"))


def upgrade() -> None:
    # `base industry:e organisation:o` is followed by what the organisation has for the industry.
    for table, column in _COLUMNS:
        for chain in _chains(table, column):
            parts = chain.split(" ")
            if len(parts) == 3:
                industry, organisation = (one.partition(":")[2] for one in parts[1:])
                if max(len(industry), len(organisation)) <= 40:
                    inner = f"organisation:{organisation}~{industry}"
                    _rename(table, column, chain, f"{chain} {inner}")


def downgrade() -> None:
    for table, column in _COLUMNS:
        for chain in _chains(table, column):
            parts = chain.split(" ")
            if len(parts) == 4:
                _rename(table, column, chain, " ".join(parts[:3]))


def _chains(table: str, column: str) -> list[str]:
    found = sa.column(column)
    query = sa.select(found).select_from(sa.table(table, found)).distinct()
    return list(op.get_bind().execute(query.where(found.like("% % %"))).scalars())


def _rename(table: str, column: str, before: str, after: str) -> None:
    found = sa.column(column)
    op.execute(sa.table(table, found).update().where(found == before).values({column: after}))
