"""A portfolio, the states of its Kanban and its value streams."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class StateKind(StrEnum):
    """What standing in a state means for an epic."""

    WAIT = "wait"
    ACTIVE = "active"
    DONE = "done"
    STOPPED = "stopped"


DEFAULT_STATES = (
    ("funnel", StateKind.WAIT),
    ("reviewing", StateKind.ACTIVE),
    ("analyzing", StateKind.ACTIVE),
    ("ready", StateKind.WAIT),
    ("implementing", StateKind.ACTIVE),
    ("done", StateKind.DONE),
    ("stopped", StateKind.STOPPED),
)
"""Name and kind of the states a new portfolio starts with, in the order of the board."""

FIRST_STATE = "funnel"
"""Where every idea begins."""

COMMITMENT_STATES = frozenset({"reviewing", "analyzing", "ready", "implementing"})
"""Leaving the funnel commits, until the portfolio names another point."""


class Portfolio(Base):
    """A set of value streams that share a currency, a time zone and a board."""

    __tablename__ = "portfolios"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    states: Mapped[list["State"]] = relationship(order_by="State.position")
    value_streams: Mapped[list["ValueStream"]] = relationship(
        order_by="ValueStream.name", back_populates="portfolio"
    )

    def add_default_states(self) -> None:
        """Give a new portfolio the seven states everybody starts with."""
        for position, (name, kind) in enumerate(DEFAULT_STATES):
            self.states.append(
                State(
                    workspace_id=self.workspace_id,
                    name=name,
                    label=name.capitalize(),
                    kind=kind,
                    position=position,
                    committed=name in COMMITMENT_STATES,
                )
            )

    def state(self, name: str) -> "State":
        """The state of that name; KeyError where there is none."""
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(name)


class State(Base):
    """A column of the portfolio's Kanban."""

    __tablename__ = "states"
    __table_args__ = (UniqueConstraint("portfolio_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    name: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(40))
    kind: Mapped[StateKind] = mapped_column(
        Enum(
            StateKind,
            native_enum=False,
            length=16,
            values_callable=lambda kinds: [kind.value for kind in kinds],
        )
    )
    position: Mapped[int]
    committed: Mapped[bool]


class ValueStream(Base):
    """A flow of value with an owner, a channel and keys of its own."""

    __tablename__ = "value_streams"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key_prefix"),
        UniqueConstraint("portfolio_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    name: Mapped[str] = mapped_column(String(80))
    key_prefix: Mapped[str] = mapped_column(String(10))
    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    channel_id: Mapped[str | None] = mapped_column(String(32))
    next_number: Mapped[int] = mapped_column(default=1)

    portfolio: Mapped[Portfolio] = relationship(back_populates="value_streams")

    def take_key(self) -> str:
        """The stream's next key, given once; the stream's row must be locked."""
        key = f"{self.key_prefix}-{self.next_number}"
        self.next_number += 1
        return key


def derive_prefix(name: str, taken: Collection[str]) -> str:
    """Three letters of the name, with a number where another stream has them already."""
    letters = "".join(c for c in name.upper() if c.isascii() and c.isalpha())[:3] or "VS"
    if letters not in taken:
        return letters
    return next(p for n in range(2, len(taken) + 3) if (p := f"{letters}{n}") not in taken)
