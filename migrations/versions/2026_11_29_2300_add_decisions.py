"""add decisions with their electors, and ballots that nobody changes."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_2300"
down_revision = "2026_11_25_0310"

CHOICES = ("persevere", "pivot", "stop", "abstain")
CHANGES = ("UPDATE", "DELETE")


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("subject", _one_of("subject", "epic"), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=True),
        sa.Column("question", _one_of("question", "mvp"), nullable=False),
        sa.Column("recommended", _one_of("choice", *CHOICES), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("frozen_case", sa.JSON(), nullable=False),
        sa.Column("electorate", sa.JSON(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            _one_of("outcome", "persevere", "pivot", "stop", "no majority", "no quorum"),
            nullable=True,
        ),
        sa.Column("votes", sa.JSON(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_decisions_epic_id")),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_decisions_portfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_decisions_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_decisions_workspace_id_key")),
    )
    for columns in (["epic_id"], ["subject", "subject_id"], ["portfolio_id", "closed_at"]):
        op.create_index(op.f(f"ix_decisions_{'_'.join(columns)}"), "decisions", columns)
    op.create_table(
        "electors",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        *_belongs("electors"),
        sa.PrimaryKeyConstraint("decision_id", "user_id", name=op.f("pk_electors")),
    )
    op.create_index(
        op.f("ix_electors_workspace_id_user_id"), "electors", ["workspace_id", "user_id"]
    )
    op.create_table(
        "ballot_boxes",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("electors", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        *_belongs("ballot_boxes"),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_ballot_boxes")),
    )
    op.create_table(
        "ballots",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("choice", _one_of("choice", *CHOICES), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        *_belongs("ballots"),
        sa.PrimaryKeyConstraint("decision_id", "number", name=op.f("pk_ballots")),
    )
    op.create_index(
        op.f("ix_ballots_decision_id_user_id_number"),
        "ballots",
        ["decision_id", "user_id", "number"],
    )
    _forbid_changes("ballots")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=16)


def _belongs(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f(f"fk_{table}_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id")
        ),
    ]


def _forbid_changes(table: str) -> None:
    """Rows of the table are appended: the database itself takes no change and no removal."""
    said = f"{table} are appended, never changed"
    if op.get_bind().dialect.name == "sqlite":
        for change in CHANGES:
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_are_appended() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for event, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event.split()[0].lower()} BEFORE {event} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION {table}_are_appended()"
        )


def downgrade() -> None:
    for table in ("ballots", "ballot_boxes", "electors", "decisions"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION ballots_are_appended()")
