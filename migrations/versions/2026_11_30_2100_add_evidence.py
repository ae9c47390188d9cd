"""add readings and observations of epics, and of each epic how new its evidence is."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_2100"
down_revision = "2026_11_30_2010"

STANCE = sa.Enum("for", "against", name="stance", native_enum=False, length=16)


def upgrade() -> None:
    _add("readings", sa.Column("value", sa.String(length=40), nullable=False))
    _add(
        "observations",
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stance", STANCE, nullable=False),
    )
    op.add_column("epics", sa.Column("evidence_on", sa.Date(), nullable=True))
    op.add_column("epics", sa.Column("evidence_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("epics") as batch:
        batch.drop_column("evidence_at")
        batch.drop_column("evidence_on")
    op.drop_table("observations")
    op.drop_table("readings")


def _add(table: str, *said: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        *said,
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("by_user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.String(length=32), nullable=True),
        sa.Column("struck_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id")
        ),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f(f"fk_{table}_epic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_epic_id_observed_on"), table, ["epic_id", "observed_on"])
