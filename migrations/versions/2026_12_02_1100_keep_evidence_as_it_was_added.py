"""keep evidence as it was added: nothing is removed or changed, and it is struck out once."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1100"
down_revision = "2026_12_01_1220"

ITEMS = ("readings", "observations")
STRUCK = ("struck_at", "struck_by", "struck_because")


def upgrade() -> None:
    for table in ITEMS:
        _keep(table)


def _keep(table: str) -> None:
    columns = [each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)]
    added = ", ".join(name for name in columns if name not in STRUCK)
    said = f"{table} are appended, and never changed but for being struck out once"
    refused = {
        "no_change": f"UPDATE OF {added} ON {table} FOR EACH ROW",
        "no_second_strike": f"UPDATE ON {table} FOR EACH ROW WHEN (OLD.struck_at IS NOT NULL)",
        "no_delete": f"DELETE ON {table} FOR EACH ROW",
    }
    then = f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
    if op.get_bind().dialect.name != "sqlite":
        then = f"EXECUTE FUNCTION {table}_are_kept()"
        refused["no_truncate"] = f"TRUNCATE ON {table} FOR EACH STATEMENT"
        op.execute(
            f"CREATE FUNCTION {table}_are_kept() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END $$"
        )
    for name, when in refused.items():
        op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {when} {then}")


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ITEMS:
        for name in ("no_change", "no_second_strike", "no_delete"):
            op.execute(f"DROP TRIGGER {table}_{name}" + ("" if is_sqlite else f" ON {table}"))
        if not is_sqlite:
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
            op.execute(f"DROP FUNCTION {table}_are_kept()")
