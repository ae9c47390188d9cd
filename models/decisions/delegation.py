"""Standing in: someone votes for an elector, by name, in one step."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Annotated

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.calendar import spell_day
from models.errors import FieldMistakes, Mistake
from models.form import Day, Facts, Form, Person
from models.portfolio.portfolio import Portfolio

MOST_CARRIED = 2
"""So many votes of others one person carries at most."""

LONGEST_STAND_IN = timedelta(days=180)

STAND_IN = "stand_in_user_id"
"""The field that a mistake can be about."""


class StandInForm(Form):
    """Who votes for the person, and until when; without a day it is for one ballot."""

    stand_in_user_id: Annotated[
        str,
        Person(
            label="Who votes for you?",
            hint="They vote by name, and both names are in the record. As soon as you vote "
            "yourself, your own vote counts.",
            missing="Who stands in for you?",
        ),
    ]
    until_on: Annotated[
        date | None,
        Day(label="Until which day?", hint="{unless_a_day}"),
    ] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """A day that is still to come, and not for ever."""
        today: date = facts["today"]
        if self.until_on is None:
            if not facts.get("for_one", True):
                yield "until_on", "Until which day?"
        elif self.until_on < today:
            yield "until_on", "That day has passed. Choose today or a later one."
        elif self.until_on > today + LONGEST_STAND_IN:
            yield "until_on", f"{spell_day(today + LONGEST_STAND_IN)} at the latest."


class OwnStandIn(FieldMistakes):
    """Standing in for oneself."""

    def __init__(self) -> None:
        super().__init__({STAND_IN: "Choose someone else: you already have your own vote."})


class CannotSeeIt(FieldMistakes):
    """A stand-in who may not see what is voted on."""

    def __init__(self, key: str) -> None:
        super().__init__({STAND_IN: f"They may not see {key}, so they cannot vote on it."})


class AskedForIt(FieldMistakes):
    """A stand-in who asked for what is decided on, where that is no epic."""

    def __init__(self, key: str) -> None:
        super().__init__(
            {STAND_IN: f"They asked for {key}, so they cannot vote on it, not even in your place."}
        )


class CarriesEnough(FieldMistakes):
    """A stand-in with as many votes as one carries."""

    def __init__(self) -> None:
        super().__init__(
            {STAND_IN: f"They already carry {MOST_CARRIED} votes, the most one person can."}
        )


class HasVoted(FieldMistakes):
    """A stand-in for who has voted."""

    def __init__(self, key: str) -> None:
        super().__init__(
            {STAND_IN: f"You have voted on {key}, and your own vote counts until you change it."}
        )


class NoStandIn(Mistake):
    """A vote for someone by who does not stand in for them."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"Only their stand-in can vote for them on {key}. /decision show {key} shows whose "
            f"votes you carry."
        )


class VotedThemselves(Mistake):
    """A vote for someone who has voted since."""

    def __init__(self, key: str) -> None:
        super().__init__(f"They have voted on {key} themselves, and their own vote counts.")


class Delegation(Base):
    """Someone stands in for an elector: on one decision, or on all of a portfolio until a day."""

    __tablename__ = "delegations"
    __table_args__ = (
        Index(None, "workspace_id", "user_id"),
        Index(None, "workspace_id", "stand_in_user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    """The one it is for; None for all until its day."""
    epic_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"))
    """That of the decision, where it has one."""
    user_id: Mapped[str] = mapped_column(String(32))
    stand_in_user_id: Mapped[str] = mapped_column(String(32))
    until_on: Mapped[date | None]
    """The last day on which it holds."""
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    portfolio: Mapped[Portfolio] = relationship()


class CarriedBallot(Base):
    """A ballot that a stand-in until a day was sent for an elector."""

    audited = False
    __tablename__ = "carried_ballots"
    __table_args__ = (Index(None, "decision_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegations.id"), index=True)
    user_id: Mapped[str] = mapped_column(String(32))
    """The elector."""

    delegation: Mapped[Delegation] = relationship()


def check_can_stand_in(
    user_id: str,
    stand_in: str,
    carried: Collection[str],
    *,
    sees: bool,
    key: str,
    asked_by: str | None = None,
) -> None:
    """Raise what speaks against someone who is to vote for the person.

    `carried` are those whose votes they carry; `sees` is whether they may see what has the key,
    and `asked_by` who asked for that, where they have no vote in it.
    """
    if stand_in == user_id:
        raise OwnStandIn
    if not sees:
        raise CannotSeeIt(key)
    if stand_in == asked_by:
        raise AskedForIt(key)
    if len(set(carried) - {user_id}) >= MOST_CARRIED:
        raise CarriesEnough
