"""let a decision ask more than one question, of one person or of many, and keep how it ended."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_1800"
down_revision = "2026_11_30_1550"

OPTIONS = {"persevere": "Persevere", "pivot": "Pivot", "stop": "Stop"}
ALWAYS = {
    "asks": (sa.Text(), "Persevere, pivot or stop?"),
    "frozen_options": (sa.JSON(), OPTIONS),
    "way": (sa.String(16), "vote"),
    "method": (sa.String(16), "more than half"),
    "reason_required": (sa.Boolean(), False),
    "electors_are": (sa.String(200), "the council"),
}
"""What every decision has, and what those of before have."""

SOME = {
    "ending": sa.String(16),
    "decided_by": sa.String(32),
    "why": sa.Text(),
    "present": sa.Text(),
    "link": sa.Text(),
}
ENDED = "UPDATE decisions SET ending = CASE WHEN outcome IN ('no majority', 'no quorum') "
ENDED += "THEN outcome ELSE 'decided' END WHERE outcome IS NOT NULL"
NONE = "UPDATE decisions SET outcome = NULL WHERE ending <> 'decided'"
BACK = "UPDATE decisions SET outcome = ending WHERE outcome IS NULL AND ending IS NOT NULL"
DATES = (("epics", "go_at"), ("epics", "persevere_at"))


def upgrade() -> None:
    with op.batch_alter_table("decisions") as batch:
        for name, (kind, _) in ALWAYS.items():
            batch.add_column(sa.Column(name, kind, nullable=True))
        for name, kind in SOME.items():
            batch.add_column(sa.Column(name, kind, nullable=True))
    columns = (sa.column(name, kind) for name, (kind, _) in ALWAYS.items())
    before = {name: value for name, (_, value) in ALWAYS.items()}
    op.execute(sa.table("decisions", *columns).update().values(before))
    op.execute(ENDED)
    op.execute(NONE)
    with op.batch_alter_table("decisions") as batch:
        for name, (kind, _) in ALWAYS.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
    for table, name in DATES:
        op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    line = sa.Column("council_line_minor", sa.BigInteger(), nullable=True)
    op.add_column("portfolios", line)


def downgrade() -> None:
    op.execute(BACK)
    with op.batch_alter_table("decisions") as batch:
        for name in (*ALWAYS, *SOME):
            batch.drop_column(name)
    with op.batch_alter_table("epics") as batch:
        for _, name in DATES:
            batch.drop_column(name)
    with op.batch_alter_table("portfolios") as batch:
        batch.drop_column("council_line_minor")
