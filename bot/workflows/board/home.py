"""Looking at App Home: remembering what someone chose to see, and having it drawn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from bot.workflows.pointing import hold
from bot.workflows.portfolio.streams import hold_successor
from models.board.home import Home
from models.epics.listing import Filter
from models.people.role import Role, RoleGrant, UserGroupMember
from models.portfolio.portfolio import Phase, Portfolio, State, ValueStream
from models.work import insert_into, put

Grant = Row[Role, int | None, int | None]
"""A role with the portfolio or the value stream it is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at a portfolio, and what they are to it."""

    user_id: str
    is_admin: bool = False
    may_propose: bool = True
    has_part: bool = True
    """Whether they own something in it, or have a role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What someone chose to see of a portfolio's board; None stands for all."""

    value_stream_id: int | None = None
    state_id: int | None = None
    phase: Phase | None = None
    theme_id: int | None = None
    no_theme: bool = False
    mine: bool = False
    owner_user_id: str | None = None
    text: str | None = None
    page: int = 1

    def filter(self, theme_ids: Collection[int]) -> Filter:
        """Which epics it leaves in the columns seen; a theme that is none of these leaves all."""
        theme_id = self.theme_id if self.theme_id in theme_ids else None
        return Filter(
            themes=() if theme_id is None else (theme_id,),
            no_theme=self.no_theme and theme_id is None,
            mine=self.mine,
            people=(self.owner_user_id,) if self.owner_user_id and not self.mine else (),
            texts=tuple((self.text or "").split()),
        )


ALL = Chosen()


def look(session: Session, workspace_id: int, user_id: str, at: datetime) -> Home:
    """Have the person's Home drawn as they left it."""
    home = _home(session, workspace_id, user_id, at)
    home.opened_at = at
    session.flush()
    put(session, workspace_id, home.work_key, at)
    return home


def choose(
    session: Session,
    workspace_id: int,
    user_id: str,
    at: datetime,
    *,
    portfolio_id: int | None = None,
    chosen: Chosen = ALL,
) -> Home:
    """Have the person's Home drawn with another choice; no portfolio stands for the first."""
    stream_id, state_id = chosen.value_stream_id, chosen.state_id
    if (stream := session.get(ValueStream, stream_id or 0)) is not None:
        stream_id = hold_successor(session, stream).id
    if state_id is not None and state_id not in hold(session, State, [state_id]):
        state_id = None
    home = _home(session, workspace_id, user_id, at)
    home.portfolio_id, home.chosen_at = portfolio_id, at
    home.value_stream_id, home.theme_id = stream_id, chosen.theme_id
    home.state_id, home.phase = state_id, chosen.phase
    home.no_theme, home.mine = chosen.no_theme, chosen.mine
    home.owner_user_id = chosen.owner_user_id
    home.text, home.page = chosen.text, chosen.page
    return look(session, workspace_id, user_id, at)


def home_of(session: Session, workspace_id: int, user_id: str) -> Home | None:
    """What the person chose to see, None before their first look."""
    return session.scalars(
        select(Home).where(Home.workspace_id == workspace_id, Home.user_id == user_id)
    ).first()


def grants_of(session: Session, workspace_id: int, user_id: str) -> Sequence[Grant]:
    """The roles given to the person or to a user group of theirs, in the whole workspace."""
    groups = select(UserGroupMember.group_id).where(
        UserGroupMember.workspace_id == workspace_id, UserGroupMember.user_id == user_id
    )
    rows = select(RoleGrant.role, RoleGrant.portfolio_id, RoleGrant.value_stream_id).where(
        RoleGrant.workspace_id == workspace_id,
        or_(RoleGrant.user_id == user_id, RoleGrant.user_group_id.in_(groups)),
    )
    return session.execute(rows.order_by(RoleGrant.id)).all()


def portfolio_of(
    home: Home | None,
    portfolios: Sequence[Portfolio],
    user_id: str = "",
    grants: Sequence[Grant] = (),
) -> Portfolio | None:
    """The portfolio seen: the one chosen while it is there, else one with a stream of theirs."""
    chosen = home.portfolio_id if home is not None else None
    found = next((each for each in portfolios if each.id == chosen), None)
    theirs = next((each for each in portfolios if streams_of(each, user_id, grants)), None)
    return found or theirs or (portfolios[0] if portfolios else None)


def chosen_of(
    home: Home | None, portfolio: Portfolio, user_id: str, grants: Sequence[Grant]
) -> Chosen:
    """What the person sees of it: as they chose, before that the one stream that is theirs."""
    if home is None or home.chosen_at is None or home.portfolio_id != portfolio.id:
        theirs = streams_of(portfolio, user_id, grants)
        return Chosen(value_stream_id=theirs[0].id if len(theirs) == 1 else None)
    return Chosen(
        value_stream_id=home.value_stream_id,
        state_id=home.state_id,
        phase=home.phase,
        theme_id=home.theme_id,
        no_theme=home.no_theme,
        mine=home.mine,
        owner_user_id=home.owner_user_id,
        text=home.text,
        page=home.page,
    )


def streams_of(
    portfolio: Portfolio, user_id: str, grants: Sequence[Grant]
) -> Sequence[ValueStream]:
    """The value streams that are someone's: those they own, else those they have a role in."""
    roles_in = {stream_id for _, _, stream_id in grants if stream_id is not None}
    owned = [each for each in portfolio.open_streams if each.owner_user_id == user_id]
    return owned or [each for each in portfolio.open_streams if each.id in roles_in]


def reader_of(portfolio: Portfolio, user_id: str, grants: Sequence[Grant]) -> Reader:
    streams = {stream.id for stream in portfolio.value_streams}
    here = [
        (role, stream_id)
        for role, portfolio_id, stream_id in grants
        if portfolio_id == portfolio.id
        or stream_id in streams
        or (portfolio_id is None and stream_id is None)
    ]
    owns = any(stream.owner_user_id == user_id for stream in portfolio.open_streams)
    proposes = any(role is not Role.VIEWER for role, _ in here)
    return Reader(
        user_id=user_id,
        is_admin=any(role is Role.ADMIN and stream_id is None for role, stream_id in here),
        may_propose=portfolio.is_for_everybody or owns or proposes,
        has_part=owns or bool(here),
    )


def _home(session: Session, workspace_id: int, user_id: str, at: datetime) -> Home:
    new = insert_into(session, Home).values(
        workspace_id=workspace_id, user_id=user_id, page=1, opened_at=at
    )
    session.execute(new.on_conflict_do_nothing())
    return session.scalars(
        select(Home)
        .where(Home.workspace_id == workspace_id, Home.user_id == user_id)
        .with_for_update()
    ).one()
