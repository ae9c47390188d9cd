"""The chain of the audit log: whatever was done to it afterwards is found, and where."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from models.audit.audit import FIRST_HASH, NOTHING_YET, Anchor, NotAnAnchor, chained, first_break

MONDAY = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    workspace_id: int
    number: int
    at: datetime
    actor: str | None
    source: str
    verb: str
    noun: str
    subject_id: str
    epic_id: int | None
    portfolio_id: int | None
    before: str
    after: str
    hash: str = ""


def chain(count):
    """So many events, each holding the hash of the one before, and the head."""
    events, last = [], FIRST_HASH
    for number in range(1, count + 1):
        event = Event(
            workspace_id=1,
            number=number,
            at=MONDAY + timedelta(minutes=number),
            actor="U0BEN",
            source="/epic move",
            verb="changed",
            noun="epics",
            subject_id="7",
            epic_id=7,
            portfolio_id=1,
            before='{"target": "65"}',
            after=f'{{"target": "{number}"}}',
        )
        last = chained(last, event)
        events.append(replace(event, hash=last))
    return events, Anchor(count, last)


def rehashed(events):
    """What someone would do who can compute hashes: a chain that holds in itself."""
    found, last = [], FIRST_HASH
    for number, event in enumerate(events, 1):
        moved = replace(event, number=number)
        last = chained(last, moved)
        found.append(replace(moved, hash=last))
    return found, Anchor(len(found), last)


def test_a_chain_that_nobody_touched_holds():
    events, head = chain(20)
    earlier = [Anchor(n, events[n - 1].hash) for n in (1, 7, 20)]
    assert first_break(events, head, [NOTHING_YET, *earlier]) is None


def test_a_log_without_events_holds():
    assert first_break([], NOTHING_YET) is None


OTHERS = {
    "workspace_id": 2,
    "number": 99,
    "at": MONDAY,
    "actor": "U0CLEO",
    "source": "tack import",
    "verb": "removed",
    "noun": "themes",
    "subject_id": "8",
    "epic_id": None,
    "portfolio_id": None,
    "before": "{}",
    "after": '{"target": "66"}',
    "hash": "f" * 64,
}


@pytest.mark.parametrize(("column", "other"), OTHERS.items())
def test_a_changed_column_is_found_where_it_is(column, other):
    events, head = chain(9)
    events[4] = replace(events[4], **{column: other})
    broken = first_break(events, head)
    assert broken is not None
    assert broken.number == 5


def test_every_column_that_an_event_tells_is_in_its_hash():
    assert set(OTHERS) - {"hash"} == set(Event.__dataclass_fields__) - {"hash"}


def test_a_missing_event_is_named():
    events, head = chain(9)
    broken = first_break(events[:4] + events[5:], head)
    assert (broken.number, broken.reason) == (5, "event 5 is missing")


def test_an_inserted_event_is_found():
    events, head = chain(9)
    forged = replace(events[4], after='{"target": "1"}')
    found = [*events[:5], forged, *events[5:]]
    assert first_break(found, head).number == 6


def test_two_events_in_each_others_place_are_found():
    events, head = chain(9)
    events[3], events[4] = (
        replace(events[4], number=4),
        replace(events[3], number=5),
    )
    assert first_break(events, head).number == 4


def test_an_event_appended_past_the_head_is_found():
    events, _ = chain(9)
    _, head = chain(8)
    broken = first_break(events, head)
    assert broken.reason == "the log should end with event 8, but it ends with event 9"


def test_a_tail_that_was_cut_off_is_found_by_the_head():
    events, head = chain(9)
    broken = first_break(events[:7], head)
    assert (broken.number, broken.reason) == (
        8,
        "the log should end with event 9, but it ends with event 7",
    )


def test_a_tail_that_was_cut_off_with_its_head_mended_is_found_by_an_anchor():
    events, head = chain(9)
    cut = Anchor(7, events[6].hash)
    assert first_break(events[:7], cut) is None
    broken = first_break(events[:7], cut, [head])
    assert broken.reason == "an anchor names 9 events, but there are 7"


def test_a_chain_that_was_written_anew_is_found_by_an_anchor_and_by_nothing_else():
    events, head = chain(9)
    anew, mended = rehashed([*events[:2], replace(events[2], actor="U0ANA"), *events[3:]])
    assert first_break(anew, mended) is None
    told = Anchor(6, events[5].hash)
    assert first_break(anew, mended, [told]).reason == (
        "event 6 is not the one that an anchor names"
    )
    assert first_break(anew, mended, [head]).number == 9


def test_two_anchors_of_one_place_that_disagree_cannot_both_hold():
    events, head = chain(9)
    assert first_break(events, head, [Anchor(4, events[3].hash), Anchor(4, "0" * 64)]).number == 4


def test_an_anchor_of_fewer_than_no_events_hides_none_after_it():
    events, head = chain(9)
    anew, mended = rehashed([*events[:2], replace(events[2], actor="U0ANA"), *events[3:]])
    forged = [Anchor(-1, "0" * 64), Anchor(6, events[5].hash)]
    assert first_break(anew, mended, forged) is not None
    assert first_break(events, head, forged[:1]) is not None


def test_an_anchor_is_read_as_it_was_printed():
    _, head = chain(3)
    assert Anchor.read(f" {head} ") == head


@pytest.mark.parametrize("text", ["", "3", "3:abc", "-3:" + "a" * 64, "3:" + "g" * 64])
def test_what_is_no_anchor_is_told_how_one_looks(text):
    with pytest.raises(NotAnAnchor, match="COUNT:HASH"):
        Anchor.read(text)
