"""add funding periods, the ledger that is only appended to, and shifts between value streams."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_1000"
down_revision = "2026_11_29_2300"

ACCOUNTS = ("source", "unallocated", "free", "set_aside", "committed", "spent")
APPENDED_ONLY = ("ledger_entries", "ledger_transfers")


def upgrade() -> None:
    op.create_table(
        "funding_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        _points_to("funding_periods", "portfolio_id", "portfolios"),
        _points_to("funding_periods", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_periods")),
        sa.UniqueConstraint(
            "portfolio_id", "starts_on", name=op.f("uq_funding_periods_portfolio_id_starts_on")
        ),
    )
    _add_shifts()
    _add_ledger()
    for table in APPENDED_ONLY:
        _refuse_changes(table)


def _add_shifts() -> None:
    outcome = sa.Enum(
        "moved",
        "declined",
        "taken_back",
        "lapsed",
        name="outcome",
        native_enum=False,
        length=16,
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("from_stream_id", sa.Integer(), nullable=False),
        sa.Column("to_stream_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", outcome, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_shifts_above_zero")),
        sa.CheckConstraint(
            "from_stream_id <> to_stream_id", name=op.f("ck_shifts_to_another_stream")
        ),
        _points_to("shifts", "from_stream_id", "value_streams"),
        _points_to("shifts", "period_id", "funding_periods"),
        _points_to("shifts", "portfolio_id", "portfolios"),
        _points_to("shifts", "to_stream_id", "value_streams"),
        _points_to("shifts", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_portfolio_id"), "shifts", ["portfolio_id"])
    seat = sa.Enum(
        "giver", "receiver", "finance", "admin", name="seat", native_enum=False, length=16
    )
    op.create_table(
        "shift_approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("seat", seat, nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        _points_to("shift_approvals", "shift_id", "shifts"),
        _points_to("shift_approvals", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_approvals")),
        sa.UniqueConstraint("shift_id", "seat", name=op.f("uq_shift_approvals_shift_id_seat")),
    )


def _add_ledger() -> None:
    kind = sa.Enum(
        "funding", "hold", "shift", "release", name="entrykind", native_enum=False, length=16
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        _points_to("ledger_entries", "period_id", "funding_periods"),
        _points_to("ledger_entries", "portfolio_id", "portfolios"),
        _points_to("ledger_entries", "shift_id", "shifts"),
        _points_to("ledger_entries", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("period_id", "number", name=op.f("uq_ledger_entries_period_id_number")),
        sa.UniqueConstraint("shift_id", "kind", name=op.f("uq_ledger_entries_shift_id_kind")),
    )
    op.create_index(op.f("ix_ledger_entries_portfolio_id"), "ledger_entries", ["portfolio_id"])
    account = sa.Enum(*ACCOUNTS, name="accountkind", native_enum=False, length=16)
    op.create_table(
        "ledger_transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("from_kind", account, nullable=False),
        sa.Column("from_stream_id", sa.Integer(), nullable=True),
        sa.Column("to_kind", account, nullable=False),
        sa.Column("to_stream_id", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_transfers_above_zero")),
        sa.CheckConstraint(
            "from_kind <> to_kind OR COALESCE(from_stream_id, 0) <> COALESCE(to_stream_id, 0)",
            name=op.f("ck_ledger_transfers_to_another_account"),
        ),
        sa.CheckConstraint(
            "(from_kind IN ('source', 'unallocated')) = (from_stream_id IS NULL) AND "
            "(to_kind IN ('source', 'unallocated')) = (to_stream_id IS NULL)",
            name=op.f("ck_ledger_transfers_of_a_stream_or_the_portfolio"),
        ),
        _points_to("ledger_transfers", "entry_id", "ledger_entries"),
        _points_to("ledger_transfers", "from_stream_id", "value_streams"),
        _points_to("ledger_transfers", "to_stream_id", "value_streams"),
        _points_to("ledger_transfers", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfers")),
    )
    op.create_index(op.f("ix_ledger_transfers_entry_id"), "ledger_transfers", ["entry_id"])


def _points_to(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _refuse_changes(table: str) -> None:
    """Whoever tries to change or remove a row of it is refused by the database itself."""
    said = f"{table} is only appended to"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def downgrade() -> None:
    for table in reversed(APPENDED_ONLY):
        op.drop_table(table)
        if op.get_bind().dialect.name != "sqlite":
            op.execute(f"DROP FUNCTION {table}_refuse()")
    for table in ("shift_approvals", "shifts", "funding_periods"):
        op.drop_table(table)
