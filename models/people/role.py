"""Who may do what: roles on a portfolio or a value stream, given to people or user groups."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NoReturn

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value
from models.errors import FieldMistakes, Mistake


class Role(StrEnum):
    """What someone is to a portfolio, one of its value streams, or an epic."""

    VIEWER = "viewer"
    PROPOSER = "proposer"
    EPIC_OWNER = "epic owner"
    STREAM_OWNER = "value-stream owner"
    COUNCIL = "council"
    FINANCE = "finance"
    ADMIN = "admin"

    def check_has_place(self, *, everywhere: bool) -> None:
        """Raise NowhereInParticular where it is not to hold everywhere, and would."""
        if everywhere and self is not Role.ADMIN:
            raise NowhereInParticular(self)


ROLE_SAYS: Mapping[Role, str] = {
    Role.COUNCIL: "move, stop and override; see restricted epics; change themes",
    Role.FINANCE: "fund streams, approve shifts, change projects, read the audit log",
    Role.STREAM_OWNER: "answer ideas, change and move epics, set limits",
    Role.EPIC_OWNER: "change and move the epics there",
    Role.PROPOSER: "see the portfolio and propose epics",
    Role.VIEWER: "see the portfolio, without changing it",
    Role.ADMIN: "set Tack up, give and take roles, import data",
}
"""What a role is for, up to 75 characters; in the order of a form."""

NEAREST_FIRST = (
    Role.EPIC_OWNER,
    Role.STREAM_OWNER,
    Role.COUNCIL,
    Role.FINANCE,
    Role.ADMIN,
    Role.PROPOSER,
    Role.VIEWER,
)
"""Whom to ask first: those nearest to the thing."""

FROM_SETTINGS = "TACK_ADMINS"
"""Who gave a role that the settings name."""


class NowhereInParticular(FieldMistakes):
    """A role in the whole workspace that is not an admin's."""

    def __init__(self, role: Role) -> None:
        said = f"Only the role admin can hold everywhere. Choose where the role {role.value} holds."
        super().__init__({"place": said})


class UnknownGrant(Mistake):
    """A role that was taken away already."""

    def __init__(self) -> None:
        super().__init__(
            "That role was already taken away. /portfolio roles shows who has which role."
        )


class LastAdmin(Mistake):
    """Taking the role of admin from the only one."""

    def __init__(self) -> None:
        super().__init__(
            "That is the last admin, and without one nobody could set Tack up or give roles. "
            "Make someone else an admin first."
        )


class AdminBySettings(Mistake):
    """Taking away what would come back at the next start."""

    def __init__(self) -> None:
        super().__init__(
            "That admin is set in TACK_ADMINS. Whoever runs Tack removes the name there and "
            "restarts it."
        )


class NoAdmin(Mistake):
    """Taking the role of admin from someone who is none."""

    def __init__(self, user_id: str) -> None:
        super().__init__(f"{user_id} is not named as an admin. tack admin list shows who is.")


class RoleGrant(Base):
    """A role given to one person or one user group.

    Without a portfolio or a stream it holds in the whole workspace; only admins have it so. A
    stand-in has the role where those who have it cannot be reached.
    """

    __tablename__ = "role_grants"
    __table_args__ = (Index(None, "workspace_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    role: Mapped[Role] = mapped_column(stored_by_value(Role, 32))
    portfolio_id: Mapped[int | None] = mapped_column(ForeignKey("portfolios.id"))
    value_stream_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    user_id: Mapped[str | None] = mapped_column(String(32))
    user_group_id: Mapped[str | None] = mapped_column(String(32))
    stand_in: Mapped[bool] = mapped_column(default=False)
    granted_by: Mapped[str | None] = mapped_column(String(32))
    granted_at: Mapped[datetime | None]

    @property
    def is_everywhere(self) -> bool:
        """Whether it holds in the whole workspace."""
        return self.portfolio_id is None and self.value_stream_id is None

    def check_can_be_taken(self, admins_left: Sequence[str]) -> None:
        """Raise AdminBySettings, or LastAdmin where nobody would be left."""
        if self.granted_by == FROM_SETTINGS:
            raise AdminBySettings
        if self.is_everywhere and not admins_left:
            raise LastAdmin


class UserGroup(Base):
    """A user group of Slack that a role was given to, as it was seen last.

    Where it cannot be read any more `gone` says why, and nobody has a role through it.
    """

    audited = False
    __tablename__ = "user_groups"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    handle: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    seen_at: Mapped[datetime]
    gone: Mapped[str | None] = mapped_column(String(80))
    warned_at: Mapped[datetime | None]
    """When the admins were told that nobody has a role through it any more."""


class UserGroupMember(Base):
    """Someone in a user group."""

    audited = False
    __tablename__ = "user_group_members"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)


@dataclass(frozen=True, slots=True)
class SlackGroup:
    """A user group as Slack tells of it now; `gone` says why nobody has a role through it."""

    group_id: str
    handle: str
    name: str
    user_ids: Sequence[str] = ()
    gone: str | None = None


class Right(StrEnum):
    """Something to do that not everybody may; its value is how a refusal says it."""

    SEE = "see this portfolio"
    PROPOSE = "propose an epic here"
    ANSWER = "answer this idea"
    EDIT = "change this epic"
    MOVE = "move this epic"
    STOP = "stop this epic"
    OVERRIDE = "move past a limit or a policy"
    PERSEVERE = "approve persevering after an MVP"
    DECIDE = "open a decision on this epic"
    RECORD = "record a decision on this epic"
    CONFIRM = "confirm that this epic is still right"
    BLOCK = "block or unblock this epic"
    ADD_EVIDENCE = "add evidence to this epic"
    STRIKE_OUT = "strike out what someone else added"
    RESTRICT = "restrict this epic"
    HAND_OVER = "hand this over"
    SET_LIMITS = "change limits here"
    EDIT_PROJECT = "change this project"
    EDIT_THEMES = "change themes and objectives"
    FUND = "fund a value stream"
    BOOK = "book what was spent or close the books"
    FORECAST = "forecast this stream's year-end"
    SHIFT = "ask for a budget shift"
    CHANGE_RULES = "ask for other rules of budget shifts"
    SET_UP = "set Tack up"
    GIVE_ROLES = "give and take roles"
    IMPORT = "import data"
    READ_AUDIT = "read the whole audit log"
    RUN_DIGEST = "change the digest of this channel"
    PAUSE_DIGEST = "pause the digest of this channel"


MAY: Mapping[Right, frozenset[Role]] = {
    Right.SEE: frozenset(Role),
    Right.PROPOSE: frozenset(Role) - {Role.VIEWER},
    Right.ANSWER: frozenset({Role.STREAM_OWNER, Role.ADMIN}),
    Right.EDIT: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.ADMIN}),
    Right.MOVE: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.COUNCIL, Role.ADMIN}),
    Right.STOP: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.COUNCIL, Role.ADMIN}),
    Right.OVERRIDE: frozenset({Role.STREAM_OWNER, Role.COUNCIL, Role.ADMIN}),
    Right.PERSEVERE: frozenset({Role.STREAM_OWNER, Role.COUNCIL, Role.ADMIN}),
    Right.DECIDE: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.COUNCIL, Role.ADMIN}),
    Right.RECORD: frozenset({Role.STREAM_OWNER, Role.COUNCIL}),
    Right.CONFIRM: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.ADMIN}),
    Right.BLOCK: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.COUNCIL, Role.ADMIN}),
    Right.ADD_EVIDENCE: frozenset(Role) - {Role.VIEWER},
    Right.STRIKE_OUT: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.COUNCIL, Role.ADMIN}),
    Right.RESTRICT: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.COUNCIL, Role.ADMIN}),
    Right.HAND_OVER: frozenset({Role.EPIC_OWNER, Role.STREAM_OWNER, Role.ADMIN}),
    Right.SET_LIMITS: frozenset({Role.STREAM_OWNER, Role.ADMIN}),
    Right.EDIT_PROJECT: frozenset({Role.STREAM_OWNER, Role.FINANCE, Role.ADMIN}),
    Right.EDIT_THEMES: frozenset({Role.COUNCIL, Role.ADMIN}),
    Right.BOOK: frozenset({Role.FINANCE, Role.ADMIN}),
    Right.FORECAST: frozenset({Role.STREAM_OWNER, Role.FINANCE, Role.ADMIN}),
    Right.FUND: frozenset({Role.FINANCE, Role.ADMIN}),
    Right.SHIFT: frozenset({Role.STREAM_OWNER, Role.COUNCIL, Role.FINANCE, Role.ADMIN}),
    Right.CHANGE_RULES: frozenset({Role.FINANCE, Role.ADMIN}),
    Right.SET_UP: frozenset({Role.ADMIN}),
    Right.GIVE_ROLES: frozenset({Role.ADMIN}),
    Right.IMPORT: frozenset({Role.ADMIN}),
    Right.READ_AUDIT: frozenset({Role.FINANCE, Role.ADMIN}),
    Right.RUN_DIGEST: frozenset(Role) - {Role.VIEWER},
    Right.PAUSE_DIGEST: frozenset(Role) - {Role.VIEWER, Role.PROPOSER},
}
"""Which roles carry which right. A role on a portfolio holds in each of its streams."""


class NotAllowed(Mistake):
    """Something by someone without a role that carries it; says which does, and who has it."""

    def __init__(
        self,
        right: Right,
        names: Sequence[str],
        holders: Sequence[str],
        empty: Sequence[tuple[Role, UserGroup]] = (),
    ) -> None:
        who = " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        said = [f"Only {who} can {right.value}."]
        said += [
            f"The role {role.value} was given to the user group @{group.handle}, "
            f"{'which is gone' if group.gone else 'which is empty'}."
            for role, group in empty
        ]
        if not holders:
            said.append("Nobody has that role now: an admin gives roles with /portfolio roles.")
        super().__init__(" ".join(said))
        self.ask = tuple(holders)


def nearest(right: Right, roles: Collection[Role]) -> Role | None:
    """The nearest of the roles that carries the right; None where none does."""
    return next((role for role in NEAREST_FIRST if role in roles and role in MAY[right]), None)


def refuse(
    right: Right,
    names: Sequence[str],
    holders: Sequence[str],
    empty: Sequence[tuple[Role, UserGroup]] = (),
) -> NoReturn:
    """Raise NotAllowed: what who may is called there, who that is, and groups with nobody in them.

    `empty` are user groups that a role which carries the right was given to.
    """
    raise NotAllowed(right, names, holders, empty)


def given_in(found: RoleGrant | None, workspace_id: int) -> RoleGrant:
    """The grant that was found. Raises UnknownGrant where it is none of the workspace."""
    if found is None or found.workspace_id != workspace_id:
        raise UnknownGrant
    return found


def of_admin(grants: Iterable[RoleGrant], user_id: str) -> Sequence[RoleGrant]:
    """Those of the admins' grants that name the person. Raises NoAdmin where none does."""
    found = [each for each in grants if each.user_id == user_id]
    if not found:
        raise NoAdmin(user_id)
    return found
