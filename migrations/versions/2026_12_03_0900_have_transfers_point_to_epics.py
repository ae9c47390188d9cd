"""have what is committed to an epic point to one that is there."""

from alembic import op

revision = "2026_12_03_0900"
down_revision = "2026_12_02_2020"

TABLE, NAME = "ledger_transfers", "fk_ledger_transfers_epic_id"
INDEX = "ix_ledger_transfers_epic_id"
REFUSES = f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} "
REFUSES += "BEGIN SELECT RAISE(ABORT, '{TABLE} is only appended to'); END"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _write_anew(f" CONSTRAINT {NAME} REFERENCES epics (id)")
    else:
        op.create_foreign_key(NAME, TABLE, "epics", ["epic_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _write_anew("")
    else:
        op.drop_constraint(NAME, TABLE, type_="foreignkey")


def _write_anew(points: str) -> None:
    """Have the column anew, with what stood in it: SQLite gives a column that is there no key."""
    for statement in (
        f"DROP TRIGGER {TABLE}_no_update",
        f"DROP INDEX {INDEX}",
        f"ALTER TABLE {TABLE} RENAME COLUMN epic_id TO epic_before",
        f"ALTER TABLE {TABLE} ADD COLUMN epic_id INTEGER{points}",
        "UPDATE ledger_transfers SET epic_id = epic_before WHERE epic_before IS NOT NULL",
        f"ALTER TABLE {TABLE} DROP COLUMN epic_before",
        f"CREATE INDEX {INDEX} ON {TABLE} (epic_id)",
        REFUSES,
    ):
        op.execute(statement)
