"""What goes from one value stream to another when they are merged or split."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.portfolio import ValueStream
from models.role import RoleGrant


@dataclass(frozen=True, slots=True)
class Restructured:
    """What goes from one stream to another, or went."""

    source: ValueStream
    target: ValueStream | None
    """None for one that is only to come."""
    epics: int
    """Those that everybody involved may see; what only a circle sees goes along unnamed."""
    shares: int = 0
    """Those of projects that go along."""
    shares_left: int = 0
    """Those that stay with the source of a split."""
    digests: Sequence[str] = ()
    """The channels whose digest told of the source."""
    roles: Sequence[RoleGrant] = ()
    """Roles on the source, which do not go along."""
    limits: tuple[int | None, int | None] = (None, None)
    """How many may be in flight in the source, and in the target; None for any number."""
