"""follow decisions up: extended, told first, waiting, looked at again; and link successors."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_1010"
down_revision = "2026_12_01_1000"

OF_DECISIONS = {
    "waiting_for": sa.Text(),
    "extended_at": sa.DateTime(timezone=True),
    "reminded_at": sa.DateTime(timezone=True),
    "told_first": sa.String(length=32),
    "result_at": sa.DateTime(timezone=True),
    "learned": sa.Text(),
    "learned_early": sa.Text(),
    "confidence": sa.Integer(),
    "look_again_on": sa.Date(),
}
LINKS = ("predecessor_id", "successor_id")


def upgrade() -> None:
    for name, kind in OF_DECISIONS.items():
        op.add_column("decisions", sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("epics") as batch:
        for name in LINKS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in LINKS:
            batch.create_foreign_key(batch.f(f"fk_epics_{name}"), "epics", [name], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("epics") as batch:
        for name in LINKS:
            batch.drop_constraint(batch.f(f"fk_epics_{name}"), type_="foreignkey")
        for name in LINKS:
            batch.drop_column(name)
    with op.batch_alter_table("decisions") as batch:
        for name in OF_DECISIONS:
            batch.drop_column(name)
