"""let shifts ask stand-ins and the council, be undone, and outlast their period."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_1200"
down_revision = "2026_12_01_1010"

OPEN = "UPDATE shifts SET stand_ins_at = asked_at, stand_ins_asked = true WHERE outcome IS NULL"
"""Stand-ins of what was asked before could answer at once, and still can."""


def upgrade() -> None:
    with op.batch_alter_table("shifts") as batch:
        batch.add_column(sa.Column("stand_ins_at", sa.DateTime(timezone=True), nullable=True))
        for name in ("stand_ins_asked", "lasting"):
            added = sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            batch.add_column(added)
        batch.add_column(sa.Column("decision_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("undoes_id", sa.Integer(), nullable=True))
        for name, table in (("decision_id", "decisions"), ("undoes_id", "shifts")):
            batch.create_foreign_key(f"fk_shifts_{name}", table, [name], ["id"])
    op.execute(OPEN)
    with op.batch_alter_table("shifts") as batch:
        for name in ("stand_ins_asked", "lasting"):
            batch.alter_column(name, server_default=None)
    op.create_index("ix_shifts_undoes_id", "shifts", ["undoes_id"])


def downgrade() -> None:
    op.drop_index("ix_shifts_undoes_id", "shifts")
    with op.batch_alter_table("shifts") as batch:
        for name in ("decision_id", "undoes_id"):
            batch.drop_constraint(f"fk_shifts_{name}", type_="foreignkey")
        for name in ("undoes_id", "decision_id", "lasting", "stand_ins_asked", "stand_ins_at"):
            batch.drop_column(name)
