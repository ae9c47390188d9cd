"""An epic and the history of its states."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, Enum, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.errors import AlreadyThere
from models.portfolio import Portfolio, State, StateKind, ValueStream


class EpicType(StrEnum):
    """Whom an epic serves first."""

    BUSINESS = "business"
    ENABLER = "enabler"


class Epic(Base):
    """A change worth a decision: a hypothesis that moves through the portfolio's states."""

    __tablename__ = "epics"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        UniqueConstraint("portfolio_id", "source", "source_id"),
        Index(None, "portfolio_id", "state_id", "state_entered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    value_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"), index=True)
    state_id: Mapped[int] = mapped_column(ForeignKey("states.id"))
    key: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(Text)
    type: Mapped[EpicType] = mapped_column(
        Enum(
            EpicType,
            native_enum=False,
            length=16,
            values_callable=lambda types: [type_.value for type_ in types],
        ),
        default=EpicType.BUSINESS,
    )
    hypothesis: Mapped[str | None] = mapped_column(Text)
    for_whom: Mapped[str | None] = mapped_column(Text)
    indicator: Mapped[str | None] = mapped_column(Text)
    baseline: Mapped[Decimal | None]
    target: Mapped[Decimal | None]
    target_on: Mapped[date | None]
    kill_threshold: Mapped[str | None] = mapped_column(Text)
    mvp_cost_minor: Mapped[int | None] = mapped_column(BigInteger)
    full_cost_minor: Mapped[int | None] = mapped_column(BigInteger)
    horizon: Mapped[int | None]
    theme: Mapped[str | None] = mapped_column(Text)
    project: Mapped[str | None] = mapped_column(Text)
    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    proposed_by: Mapped[str | None] = mapped_column(String(32))
    state_entered_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    source: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[str | None] = mapped_column(String(200))

    portfolio: Mapped[Portfolio] = relationship()
    value_stream: Mapped[ValueStream] = relationship()
    state: Mapped[State] = relationship()

    def enter(self, state: State, at: datetime, actor: str | None) -> "Transition":
        """Stand in its first state."""
        self.state, self.state_entered_at, self.created_at = state, at, at
        self._start_clocks(state, at)
        return self._transition(None, state, at, actor, None)

    def move(self, to: State, actor: str | None, reason: str | None, at: datetime) -> "Transition":
        """Move to another state and say so in an appended event.

        The clocks follow PRODUCT.md §4.4: the first ever commitment and the first ever done
        count, and no later move changes them. Raises AlreadyThere.
        """
        if to is self.state:
            raise AlreadyThere(self.key, to.label)
        left, self.state, self.state_entered_at = self.state, to, at
        self.version += 1
        self._start_clocks(to, at)
        return self._transition(left, to, at, actor, reason)

    def _start_clocks(self, state: State, at: datetime) -> None:
        if state.committed and self.committed_at is None:
            self.committed_at = at
        if state.kind is StateKind.DONE and self.done_at is None:
            self.done_at = at

    def _transition(
        self, left: State | None, to: State, at: datetime, actor: str | None, reason: str | None
    ) -> "Transition":
        return Transition(
            workspace_id=self.workspace_id,
            epic=self,
            from_state=left,
            to_state=to,
            at=at,
            actor_user_id=actor,
            reason=reason,
        )


class Transition(Base):
    """One entry into a state; appended, never changed."""

    __tablename__ = "transitions"
    __table_args__ = (Index(None, "epic_id", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    from_state_id: Mapped[int | None] = mapped_column(ForeignKey("states.id"))
    to_state_id: Mapped[int] = mapped_column(ForeignKey("states.id"))
    at: Mapped[datetime]
    actor_user_id: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(Text)

    epic: Mapped[Epic] = relationship()
    from_state: Mapped[State | None] = relationship(foreign_keys=[from_state_id])
    to_state: Mapped[State] = relationship(foreign_keys=[to_state_id])
