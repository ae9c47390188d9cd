"""let the rules of budget shifts be changed; a request keeps those it was asked under."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1300"
down_revision = "2026_12_02_1100"

RULES = (
    "free_percent",
    "most_percent",
    "moved_percent",
    "request_days",
    "stand_in_days",
    "undo_days",
    "after_council_days",
)


def upgrade() -> None:
    op.create_table(
        "rules_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in RULES),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rules_changes"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_rules_changes_{name}")
            for name, table in (
                ("workspace_id", "workspaces"),
                ("portfolio_id", "portfolios"),
                ("decision_id", "decisions"),
            )
        ),
    )
    op.create_index("ix_rules_changes_portfolio_id", "rules_changes", ["portfolio_id"])
    with op.batch_alter_table("shifts") as batch:
        batch.add_column(sa.Column("rules_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_shifts_rules_id", "rules_changes", ["rules_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("shifts") as batch:
        batch.drop_constraint("fk_shifts_rules_id", type_="foreignkey")
        batch.drop_column("rules_id")
    op.drop_index("ix_rules_changes_portfolio_id", "rules_changes")
    op.drop_table("rules_changes")
