"""Changing an epic, and handing it over."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.views.notices import notices
from bot.workflows.epics import finding
from bot.workflows.epics.editing import edit, hand_over, note_seen
from bot.workflows.epics.proposing import propose
from models.audit.audit import Act, AuditEvent
from models.epics.epic import Epic
from models.epics.listing import UnknownEpic
from models.epics.proposal import ChangedMeanwhile, Proposal
from models.errors import FieldMistakes
from models.message import Message, MessageKind
from models.people.handover import Handover
from models.people.role import NotAllowed
from models.portfolio.portfolio import Portfolio, UnknownStream, ValueStream
from models.portfolio.readiness import NotLiveYet
from models.projects.project import Project
from models.themes.theme import Objective, Theme
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO, DANA = "U0CLEO", "U0DANA"
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def shop(database):
    """PAY-1 of Ana in Payments of Ben; another portfolio beside it."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        payments = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "PAY")).one()
        an_epic(session, workspace_id, payments.id)
    return workspace_id, portfolio_id


def chosen_of(session, workspace_id, portfolio_id, closed_at=None):
    """A theme, an objective and a project of the portfolio."""
    here = {"workspace_id": workspace_id, "portfolio_id": portfolio_id, "closed_at": closed_at}
    nouns = [
        Theme(name=f"Theme {closed_at}", **here),
        Objective(title="Grow", **here),
        Project(code=f"PRJ {closed_at}", name="Renewal", created_at=MONDAY, **here),
    ]
    session.add_all(nouns)
    session.flush()
    return {
        name: noun.id for name, noun in zip(("theme", "objective", "project"), nouns, strict=True)
    }


def save(session, workspace_id, actor=ANA, *, shown=None, version=None, form_id="", **answers):
    before = {name: None for name in answers} | (shown or {})
    return edit(
        session, workspace_id, actor, 1, answers, before, LATER, version=version, form_id=form_id
    )


def test_only_what_changed_is_stored_and_the_card_is_drawn_anew(database, shop):
    with database.write(Act(ANA, "form edit_epic", LATER)) as session:
        epic, columns = save(
            session, shop[0], target="68", title="Pay by transfer", shown={"title": "old"}
        )
        assert sorted(columns) == ["target", "title"]
        assert (epic.target, epic.title, epic.version) == (Decimal(68), "Pay by transfer", 2)
    with database.read() as session:
        work = {row.key: row.version for row in session.scalars(select(Work))}
        assert work["message:1"] == 2
        told = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
        assert (told.actor, told.epic_id) == (ANA, 1)
        assert "hypothesis" not in told.after


def test_nothing_changed_is_no_change(database, shop):
    with database.write() as session:
        epic, columns = save(session, shop[0], target=None)
        assert (columns, epic.version) == ([], 1)


def test_who_may_not_change_an_epic_hears_who_may(database, shop):
    with database.write() as session, pytest.raises(NotAllowed, match="change this epic") as found:
        save(session, shop[0], DANA, target="68")
    assert found.value.ask[:2] == (ANA, BEN)


def test_what_is_chosen_is_open_and_of_the_epics_portfolio(database, shop):
    with database.write() as session:
        open_ = chosen_of(session, *shop)
        closed = chosen_of(session, *shop, closed_at=MONDAY)
        other = Portfolio(
            workspace_id=shop[0], name="Bank", currency="EUR", time_zone="UTC", created_at=MONDAY
        )
        session.add(other)
        session.flush()
        others = chosen_of(session, shop[0], other.id)
        for field in ("theme", "objective", "project"):
            epic, _ = save(session, shop[0], **{field: str(open_[field])})
            assert getattr(epic, f"{field}_id") == open_[field]
            for wrong in (closed[field], others[field], 999):
                with pytest.raises(FieldMistakes) as found:
                    save(session, shop[0], **{field: str(wrong)})
                said = f"That {field} is not open any more. Choose another one."
                assert found.value.errors == {field: said}


def test_what_an_epic_holds_may_stay_though_it_was_closed(database, shop):
    with database.write() as session:
        theme_id = chosen_of(session, *shop)["theme"]
        save(session, shop[0], theme=str(theme_id))
        session.get_one(Theme, theme_id).closed_at = MONDAY
        epic, columns = save(session, shop[0], theme=str(theme_id))
        assert (epic.theme_id, columns) == (theme_id, [])


def test_a_proposal_chooses_what_is_open_as_well(database, shop):
    with database.write() as session:
        closed = chosen_of(session, *shop, closed_at=MONDAY)["theme"]
        stream = session.scalars(select(ValueStream)).first()
        proposal = Proposal(
            title="Wallet", value_stream_id=stream.id, hypothesis="It helps.", theme_id=closed
        )
        with pytest.raises(FieldMistakes, match="That theme is not open any more"):
            propose(session, shop[0], ANA, proposal, "R1", MONDAY)
        stream.ended_at = MONDAY
        with pytest.raises(UnknownStream):
            propose(session, shop[0], ANA, proposal, "R2", MONDAY)


def test_before_it_goes_live_only_who_sets_it_up_proposes(database, shop):
    with database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.live_at = None
        stream = portfolio.value_streams[0]
        proposal = Proposal(title="Wallet", value_stream_id=stream.id, hypothesis="It helps.")
        with pytest.raises(NotLiveYet, match="Shop is still being set up"):
            propose(session, shop[0], DANA, proposal, "R1", MONDAY)


# Someone else was faster


def test_a_form_saved_after_someone_else_changed_its_epic_says_who_and_what(database, shop):
    with database.write(Act(BEN, "form edit_epic", LATER)) as session:
        save(session, shop[0], BEN, target="70", baseline="61")
    with database.write() as session, pytest.raises(ChangedMeanwhile) as found:
        save(session, shop[0], target="68", version=1, form_id="V1")
    assert (found.value.by, found.value.version) == (BEN, 2)
    assert found.value.what == "where it is now, the target"
    with database.read() as session:
        assert session.get_one(Epic, 1).target == Decimal(70)


def test_saved_once_more_it_is_stored_and_leaves_what_the_other_changed(database, shop):
    with database.write(Act(BEN, "form edit_epic", LATER)) as session:
        save(session, shop[0], BEN, target="70", kill_threshold="below 60")
    with database.write() as session:
        note_seen(session, shop[0], "V1", 2, LATER)
    with database.write() as session:
        shown = {"kill_threshold": None}
        answers = {"target": "68", "kill_threshold": None, "version": 1, "form_id": "V1"}
        epic, columns = save(session, shop[0], shown=shown, **answers)
        assert (epic.target, epic.kill_threshold) == (Decimal(68), "below 60")
        assert columns == ["target"]
    with database.write() as session:
        save(session, shop[0], BEN, for_whom="Everybody")
        with pytest.raises(ChangedMeanwhile):
            save(session, shop[0], target="66", version=1, form_id="V1")


def test_who_changed_nothing_is_not_told_of_others(database, shop):
    with database.write() as session:
        save(session, shop[0], BEN, target="70")
        assert save(session, shop[0], for_whom=None, version=1)[1] == []


# Handing over


def direct_messages(session):
    rows = session.scalars(select(Message).where(Message.channel_id.startswith("U")))
    return sorted((row.channel_id, row.kind) for row in rows)


def test_an_epic_is_handed_over_and_both_are_told(database, shop):
    with database.write() as session:
        epic, before = hand_over(session, shop[0], BEN, 1, CLEO, LATER)
        assert (epic.owner_user_id, before, epic.version) == (CLEO, ANA, 2)
        told = session.scalars(select(Handover)).one()
        assert (told.from_user_id, told.to_user_id, told.by_user_id) == (ANA, CLEO, BEN)
        assert told.handed == ["PAY-1"]
        assert direct_messages(session) == [
            (ANA, MessageKind.HANDOVER),
            (CLEO, MessageKind.OWNER),
        ]


def test_who_hands_over_is_not_told_what_they_did(database, shop):
    with database.write() as session:
        hand_over(session, shop[0], ANA, 1, CLEO, LATER)
        assert direct_messages(session) == [(CLEO, MessageKind.OWNER)]


def test_who_gets_what_nobody_owned_is_told(database, shop):
    with database.write() as session:
        session.get_one(Epic, 1).owner_user_id = None
        hand_over(session, shop[0], BEN, 1, CLEO, LATER)
        assert direct_messages(session) == [(CLEO, MessageKind.OWNER)]
        said = notices()[MessageKind.OWNER].draw(session, 1, LATER).text
        assert said == f"<@{CLEO}> now owns PAY-1 · Pay by bank transfer."


def test_the_owner_changed_in_the_form_is_handed_over_to_as_well(database, shop):
    with database.write() as session:
        save(session, shop[0], owner=CLEO, shown={"owner": ANA})
        assert direct_messages(session) == [(CLEO, MessageKind.OWNER)]


def test_a_stranger_hands_nothing_over(database, shop):
    with database.write() as session, pytest.raises(NotAllowed, match="hand this over"):
        hand_over(session, shop[0], DANA, 1, DANA, LATER)


def test_an_epic_of_another_workspace_is_unknown(database, shop):
    with database.write() as session:
        for change in (edit, hand_over):
            arguments = ({}, {}) if change is edit else (CLEO,)
            with pytest.raises(UnknownEpic):
                change(session, shop[0] + 1, ANA, 1, *arguments, LATER)
        assert finding.epic_by_id(session, shop[0], 1, ANA).owner_user_id == ANA
        assert session.get_one(Epic, 1).version == 1
