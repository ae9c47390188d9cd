"""let a vote have a second round, stand-ins, reasons and objections, and questions beside it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_2310"
down_revision = "2026_11_30_2300"

OF_BALLOTS = {"cast_by": sa.String(length=32), "reason": sa.Text(), "saw_up_to": sa.Integer()}
COUNTS = (
    ("ballots", "round", "1"),
    ("ballot_boxes", "recused", "0"),
    ("ballot_boxes", "objections", "0"),
)
OF_DECISIONS = {
    "tie_breaker": sa.String(length=32),
    "tied_at": sa.DateTime(timezone=True),
    "put_off_at": sa.DateTime(timezone=True),
    "replaces_id": sa.Integer(),
}


def upgrade() -> None:
    for name, kind in OF_BALLOTS.items():
        op.add_column("ballots", sa.Column(name, kind, nullable=True))
    op.add_column("electors", sa.Column("message_id", sa.Integer(), nullable=True))
    for table, name, before in COUNTS:
        column = sa.Column(name, sa.Integer(), server_default=before, nullable=False)
        op.add_column(table, column)
    with op.batch_alter_table("decisions") as batch:
        batch.add_column(sa.Column("offered", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("round", sa.Integer(), nullable=True))
        for name, kind in OF_DECISIONS.items():
            batch.add_column(sa.Column(name, kind, nullable=True))
    op.execute("UPDATE decisions SET offered = frozen_options, round = 1")
    with op.batch_alter_table("decisions") as batch:
        batch.alter_column("offered", existing_type=sa.JSON(), nullable=False)
        batch.alter_column("round", existing_type=sa.Integer(), nullable=False)
        batch.create_foreign_key(
            batch.f("fk_decisions_replaces_id"), "decisions", ["replaces_id"], ["id"]
        )
    _add_delegations()
    _add_questions()
    _add_objections()


def _add_delegations() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("epic_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("stand_in_user_id", sa.String(length=32), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_belongs("delegations", "workspace", "portfolio", "decision", "epic"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    for column in ("user_id", "stand_in_user_id"):
        name = op.f(f"ix_delegations_workspace_id_{column}")
        op.create_index(name, "delegations", ["workspace_id", column])


def _add_questions() -> None:
    op.create_table(
        "ballot_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_belongs("ballot_questions", "workspace", "decision", "epic"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_questions")),
    )
    op.create_index(op.f("ix_ballot_questions_decision_id"), "ballot_questions", ["decision_id"])


def _add_objections() -> None:
    failed = sa.Enum(
        "not stated",
        "a preference",
        "no harm",
        "safe to try",
        name="failed",
        native_enum=False,
        length=16,
    )
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("raised_by", sa.String(length=32), nullable=True),
        sa.Column("harm", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_by", sa.String(length=32), nullable=True),
        sa.Column("failed", failed, nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_belongs("objections", "workspace", "decision", "epic"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    op.create_index(op.f("ix_objections_decision_id"), "objections", ["decision_id"])


def _belongs(table: str, *parents: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([f"{each}_id"], [f"{each}s.id"], name=op.f(f"fk_{table}_{each}_id"))
        for each in parents
    ]


def downgrade() -> None:
    for table in ("objections", "ballot_questions", "delegations"):
        op.drop_table(table)
    with op.batch_alter_table("decisions") as batch:
        batch.drop_constraint(batch.f("fk_decisions_replaces_id"), type_="foreignkey")
        for name in ("offered", "round", *OF_DECISIONS):
            batch.drop_column(name)
    for table, name in (("electors", "message_id"), *((each[0], each[1]) for each in COUNTS)):
        op.drop_column(table, name)
    for name in OF_BALLOTS:
        op.drop_column("ballots", name)
