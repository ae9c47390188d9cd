"""Once a week the admins are told how the log ends; the log is held against it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, literal_column, select, update

from bot.views.audit import head as audit_head
from bot.workflows.audit import anchoring, verifying
from bot.workflows.people.workspaces import grant_admin
from models.audit.audit import Act, Anchor, AuditAnchor, AuditEvent, AuditHead
from models.epics.epic import Epic
from models.message import Message, MessageKind
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def shop(database):
    """A portfolio in Berlin with Ana and Ben for admins and five titles; the workspace's id."""
    workspace_id, _ = a_portfolio(database)
    with database.write() as session:
        for admin in (ANA, BEN):
            grant_admin(session, workspace_id, admin, None, MONDAY)
        epic_id = an_epic(session, workspace_id, 1).id
    for n in range(5):
        with database.write(Act(ANA, "form edit_epic", MONDAY)) as session:
            session.get_one(Epic, epic_id).title = f"Title {n}"
    return workspace_id


def due_at(database, workspace_id):
    with database.read() as session:
        return session.get_one(Work, (workspace_id, f"audit:{workspace_id}")).due_at


def anchored(database, workspace_id, at):
    with database.write() as session:
        anchoring.anchor_due(session, workspace_id, at)
    with database.read() as session:
        return session.scalars(select(AuditAnchor).order_by(AuditAnchor.id)).all()


def test_it_begins_on_the_next_friday_and_once_begun_stays(database, shop):
    for at in (MONDAY, MONDAY + timedelta(days=30)):
        with database.write() as session:
            anchoring.begin(session, shop, at)
    assert due_at(database, shop) == datetime(2026, 5, 22, 7, 0, tzinfo=UTC)


def test_the_clock_of_the_portfolio_is_meant_also_after_it_was_changed(database, shop):
    """Given Friday before the clocks go back, then a week later it is nine o'clock there again."""
    anchored(database, shop, datetime(2026, 10, 23, 7, 0, tzinfo=UTC))
    assert due_at(database, shop) == datetime(2026, 10, 30, 8, 0, tzinfo=UTC)


def test_each_admin_is_told_once_a_week(database, shop):
    friday = datetime(2026, 5, 22, 7, 0, tzinfo=UTC)
    for at in (friday, friday + timedelta(hours=1)):
        (anchor,) = anchored(database, shop, at)
    with database.read() as session:
        messages = session.scalars(select(Message).where(Message.kind == MessageKind.AUDIT_HEAD))
        assert sorted((m.channel_id, m.subject_id) for m in messages) == [
            (ANA, anchor.id),
            (BEN, anchor.id),
        ]
        assert Anchor(anchor.count, anchor.hash) == verifying.head(session, shop)
    assert len(anchored(database, shop, friday + timedelta(days=7))) == 2


def test_what_is_told_says_what_it_is_for_and_how_it_is_used(database, shop):
    (anchor,) = anchored(database, shop, MONDAY)
    told = audit_head.audit_head(anchor)
    line = f"{anchor.count}:{anchor.hash}"
    assert told.text.startswith(f"Audit log, 2026-W21 · {anchor.count} events. ")
    assert line in told.text
    assert f"tack audit verify --anchor {line}" in str(told.blocks)


# what the log is held against


def test_a_log_that_nobody_touched_holds_with_every_anchor(database, shop):
    (anchor,) = anchored(database, shop, MONDAY)
    with database.snapshot() as session:
        kept = Anchor(anchor.count, anchor.hash)
        found = verifying.verify(session, shop, [kept])
    assert (found.broken, found.head, found.anchors) == (None, kept, 2)


CHANGES = {
    "actor": "U0CLEO",
    "source": "tack",
    "verb": "removed",
    "noun": "themes",
    "subject_id": "99",
    "epic_id": 99,
    "portfolio_id": 99,
    "before": "{}",
    "after": "{}",
    "at": MONDAY + timedelta(microseconds=1),
    "hash": "0" * 64,
    "workspace_id": 99,
    "number": 99,
}
EVENTS, HEADS = AuditEvent.__table__, AuditHead.__table__
ANCHORS = AuditAnchor.__table__


def tampered(database, *statements):
    """Someone changes the database by hand."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def broken(database, workspace_id, *anchors):
    with database.snapshot() as session:
        return verifying.verify(session, workspace_id, anchors).broken


def test_a_change_of_any_column_in_the_database_is_found(database, shop):
    assert set(CHANGES) == {column.name for column in EVENTS.columns} - {"id"}
    event = the_17th(database)
    for column, value in CHANGES.items():
        tampered(database, update(EVENTS).where(EVENTS.c.id == event["id"]).values({column: value}))
        assert broken(database, shop).number == 17, column
        tampered(database, update(EVENTS).where(EVENTS.c.id == event["id"]).values(event))
    assert broken(database, shop) is None


def the_17th(database):
    with database.read() as session:
        found = session.execute(select(EVENTS).where(EVENTS.c.number == 17))
        return dict(found.mappings().one())


def test_an_event_taken_out_of_the_middle_is_found(database, shop):
    tampered(database, delete(EVENTS).where(EVENTS.c.number == 12))
    assert broken(database, shop).reason == "event 12 is missing"


def test_an_event_put_between_others_is_found(database, shop):
    with database.read() as session:
        row = dict(session.execute(select(EVENTS).where(EVENTS.c.number == 12)).mappings().one())
    forged = {**row, "id": 999, "after": '{"title": "Forged"}'}
    tampered(
        database,
        update(EVENTS).where(EVENTS.c.number >= 12).values(number=-EVENTS.c.number - 1),
        update(EVENTS).where(EVENTS.c.number < 0).values(number=-EVENTS.c.number),
        insert(EVENTS).values(forged),
        update(HEADS).values(count=HEADS.c.count + 1),
    )
    assert broken(database, shop).number == 12


def test_two_events_put_in_each_others_place_are_found(database, shop):
    tampered(
        database,
        update(EVENTS).where(EVENTS.c.number == 14).values(number=-1),
        update(EVENTS).where(EVENTS.c.number == 15).values(number=14),
        update(EVENTS).where(EVENTS.c.number == -1).values(number=15),
    )
    assert broken(database, shop).number == 14


def test_an_anchor_put_in_that_none_can_be_hides_no_other(database, shop):
    of_17 = select(EVENTS.c.hash).where(EVENTS.c.number == 17).scalar_subquery()
    anchor = {"workspace_id": shop, "at": MONDAY}
    none = [("-1", "0" * 64), ("0", "x")]
    if database.engine.dialect.name == "sqlite":  # PostgreSQL takes no such number
        none += [("3.5", "0" * 64), ("'three'", "0" * 64)]
    for count, hash_ in none:
        no_anchor = {"week": "W1", "count": literal_column(count), "hash": hash_}
        tampered(
            database,
            delete(ANCHORS),
            insert(ANCHORS).values(anchor | {"week": "W2", "count": 16, "hash": of_17}),
            insert(ANCHORS).values(anchor | no_anchor),
        )
        assert broken(database, shop).reason == "the anchor of W1 was changed", count


@pytest.mark.only_on("sqlite")
def test_a_cell_that_cannot_be_read_is_a_place_where_it_does_not_hold(database, shop):
    event = the_17th(database)
    for column in ("at", "after"):
        for value in ("'soon'", "5", "x'00ff'", "cast(x'ff41' as text)"):
            garbled = update(EVENTS).values({column: literal_column(value)})
            tampered(database, garbled.where(EVENTS.c.number == 17))
            assert broken(database, shop).number == 17, (column, value)
        tampered(database, update(EVENTS).where(EVENTS.c.number == 17).values(event))


def test_an_end_that_none_can_be_is_found(database, shop):
    tampered(database, update(HEADS).values(hash="x"))
    assert broken(database, shop).reason == "its end was changed"


def cut_off(database, count):
    """Only the first so many events are left, and the head says that it was never more."""
    last = select(EVENTS.c.hash).where(EVENTS.c.number == count).scalar_subquery()
    tampered(
        database,
        update(HEADS).values(count=count, hash=last),
        delete(EVENTS).where(EVENTS.c.number > count),
    )


def test_a_tail_taken_away_with_the_head_mended_is_found_by_the_weekly_anchor(database, shop):
    (anchor,) = anchored(database, shop, MONDAY)
    cut_off(database, anchor.count - 2)
    assert broken(database, shop).reason == (
        f"an anchor names {anchor.count} events, but there are {anchor.count - 2}"
    )


def test_where_the_weekly_anchors_are_gone_too_it_is_found_by_the_one_that_was_kept(database, shop):
    with database.read() as session:
        kept = verifying.head(session, shop)
    cut_off(database, kept.count - 2)
    assert broken(database, shop) is None
    assert broken(database, shop, kept).number == kept.count - 1
