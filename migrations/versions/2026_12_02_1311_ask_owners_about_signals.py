"""ask owners about spend and the line as well as about the target's day."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1311"
down_revision = "2026_12_02_1310"

SIGNAL = sa.Enum("target", "spend", "line", name="signal", native_enum=False, length=16)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KEPT = (
    "id",
    "workspace_id",
    "epic_id",
    "value",
    "asked_at",
    "needed_on",
    "answered_at",
    "answered_by",
    "because",
    "version",
)
OLD = sa.table("target_checks", *map(sa.column, KEPT), sa.column("target_on", sa.Date))
NEW = sa.table("signal_checks", *map(sa.column, (*KEPT, "signal", "mark", "says")))
EPICS = sa.table("epics", *map(sa.column, ("id", "indicator", "target")))
MESSAGES = sa.table("messages", *map(sa.column, ("kind", "subject_id")))


def upgrade() -> None:
    _create(
        "signal_checks",
        sa.Column("signal", SIGNAL, nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        once_for=("signal", "mark"),
    )
    checks = sa.select(*(OLD.c[name] for name in KEPT), sa.literal("target"), sa.literal(""))
    checks = checks.add_columns(sa.cast(OLD.c.target_on, sa.String))
    op.execute(NEW.insert().from_select([*KEPT, "signal", "says", "mark"], checks))
    asked = sa.select(NEW.c.id, NEW.c.mark, NEW.c.value, EPICS.c.indicator, EPICS.c.target)
    connection = op.get_bind()
    for id_, *told in connection.execute(asked.join(EPICS, EPICS.c.id == NEW.c.epic_id)).all():
        connection.execute(NEW.update().where(NEW.c.id == id_).values(says=_says(*told)))
    op.execute(MESSAGES.update().where(MESSAGES.c.kind == "target_passed").values(kind="signal"))
    _go_on_numbering("signal_checks", connection.scalar(sa.select(sa.func.max(NEW.c.id))))
    op.drop_table("target_checks")


def _says(mark: str, value: str, indicator: str | None, target: str | None) -> str:
    day = date.fromisoformat(mark)
    figure, unit = (indicator or "The figure").split(",")[0].strip(), ""
    if "%" in (indicator or ""):
        unit = " %"
    was_to_be = f"at {target}{unit}" if target is not None else "there"
    by = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{figure} was to be {was_to_be} by {by}, and is at {value}{unit}."


def downgrade() -> None:
    day = sa.Column("target_on", sa.Date(), nullable=False)
    _create("target_checks", day, once_for=("target_on",))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    target_on = NEW.c.mark if is_sqlite else sa.cast(NEW.c.mark, sa.Date)
    of_target = NEW.c.signal == "target"
    checks = sa.select(*(NEW.c[name] for name in KEPT), target_on).where(of_target)
    op.execute(OLD.insert().from_select([*KEPT, "target_on"], checks))
    signals, others = MESSAGES.c.kind == "signal", sa.select(NEW.c.id).where(~of_target)
    op.execute(MESSAGES.delete().where(signals, MESSAGES.c.subject_id.in_(others)))
    op.execute(MESSAGES.update().where(signals).values(kind="target_passed"))
    _go_on_numbering("target_checks", op.get_bind().scalar(sa.select(sa.func.max(OLD.c.id))))
    op.drop_table("signal_checks")


def _go_on_numbering(table: str, last: int | None) -> None:
    """Have PostgreSQL number what comes after the rows that are there; SQLite does so itself."""
    if last is not None and op.get_bind().dialect.name == "postgresql":
        sequence = sa.func.pg_get_serial_sequence(table, "id")
        op.get_bind().execute(sa.select(sa.func.setval(sequence, last)))


def _create(table: str, *own: sa.Column[object], once_for: tuple[str, ...]) -> None:
    once = ("epic_id", *once_for)
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        *own,
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id")
        ),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f(f"fk_{table}_epic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(*once, name=op.f(f"uq_{table}_{'_'.join(once)}")),
    )
