"""note of each epic and project when it came in from a file, and of the portfolio no longer."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_1500"
down_revision = "2026_11_30_1400"

IMPORTED = ("epics", "projects")

NOTED = """
UPDATE {table} SET imported_at = (
    SELECT p.imported_at FROM portfolios p WHERE p.id = {table}.portfolio_id
) WHERE source IS NOT NULL OR created_at = (
    SELECT p.imported_at FROM portfolios p WHERE p.id = {table}.portfolio_id
)
"""

LAST = """
UPDATE portfolios SET imported_at = (
    SELECT max(each.imported_at) FROM (
        SELECT portfolio_id, imported_at FROM epics
        UNION ALL SELECT portfolio_id, imported_at FROM projects
    ) each WHERE each.portfolio_id = portfolios.id
)
"""


def upgrade() -> None:
    for table in IMPORTED:
        op.add_column(table, _imported_at())
        op.execute(NOTED.format(table=table))
    with op.batch_alter_table("portfolios") as batch:
        batch.drop_column("imported_at")


def downgrade() -> None:
    op.add_column("portfolios", _imported_at())
    op.execute(LAST)
    for table in IMPORTED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("imported_at")


def _imported_at() -> sa.Column[object]:
    return sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True)
