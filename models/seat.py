"""A seat: one role of one person or user group at one place."""

from dataclasses import dataclass

from models.portfolio import Portfolio, ValueStream
from models.role import FROM_SETTINGS, Role, RoleGrant, UserGroup


@dataclass(frozen=True, slots=True)
class Seat:
    """Who has a role where; without a grant the person has it by owning the stream."""

    portfolio: Portfolio | None
    stream: ValueStream | None
    role: Role
    user_id: str | None = None
    has_left: bool = False
    group: UserGroup | None = None
    group_count: int = 0
    grant: RoleGrant | None = None

    @property
    def can_be_taken(self) -> bool:
        """Whether it can be taken away in Slack."""
        return self.grant is not None and self.grant.granted_by != FROM_SETTINGS

    @property
    def place_name(self) -> str:
        """What its place is called."""
        if self.portfolio is None:
            return "Everywhere"
        if self.stream is None:
            return self.portfolio.name
        return f"{self.portfolio.name} · {self.stream.name}"

    @property
    def name(self) -> str:
        """The role with its place."""
        where = "everywhere" if self.portfolio is None else f"of {self.place_name}"
        return f"{self.role.value} {where}"
