"""What has to be there before Tack can be used, and who can bring it about."""

from collections.abc import Iterable, Sequence
from typing import NoReturn

from models.errors import Mistake
from models.portfolio.portfolio import Portfolio


class NoAdminYet(Mistake):
    """Something that needs Tack to be set up, before anyone could do that."""

    def __init__(self, user_id: str) -> None:
        super().__init__(
            "Tack has no admin yet. Whoever runs it sets TACK_ADMINS to a member id, "
            f"or runs: tack admin grant USER. Your own member id is {user_id}."
        )


class SetUpFirst(Mistake):
    """Something asked of Tack before there is a portfolio."""

    def __init__(self, admins: Sequence[str] = ()) -> None:
        super().__init__(
            "Tack is not set up here yet. An admin types /portfolio setup, which guides them "
            "through it."
        )
        self.ask = tuple(admins)


class NotLiveYet(Mistake):
    """Something asked of a portfolio that is still being set up."""

    def __init__(self, name: str, admins: Sequence[str] = ()) -> None:
        super().__init__(
            f"{name} is still being set up, and posts nothing before it is live. An admin types "
            "/portfolio setup and chooses Go live."
        )
        self.ask = tuple(admins)


class NothingOpenToYou(Mistake):
    """Something asked by someone who may see none of the portfolios."""

    def __init__(self, admins: Sequence[str] = ()) -> None:
        super().__init__(
            "No portfolio here is open to you: only people with a role in a portfolio see it. "
            "An admin gives roles with /portfolio roles."
        )
        self.ask = tuple(admins)


class NotOpenToYou(Mistake):
    """A portfolio that was chosen, and is not there for the person."""

    def __init__(self) -> None:
        super().__init__("That portfolio is not open to you. Choose another one.")


def open_to_you(portfolios: Iterable[Portfolio], id_: int) -> Portfolio:
    """The one chosen of those the person sees. Raises NotOpenToYou."""
    for portfolio in portfolios:
        if portfolio.id == id_:
            return portfolio
    raise NotOpenToYou


def check_has_admin(admins: Sequence[str], user_id: str) -> None:
    """Raise NoAdminYet before there is someone who could set Tack up."""
    if not admins:
        raise NoAdminYet(user_id)


def refuse_to_begin(first: Portfolio | None, admins: Sequence[str], user_id: str) -> NoReturn:
    """Raise what is missing for someone who sees no portfolio; `first` is the one there is.

    That is one of NoAdminYet, SetUpFirst, NotLiveYet and NothingOpenToYou.
    """
    if first is None:
        check_has_admin(admins, user_id)
        raise SetUpFirst(admins)
    if first.live_at is None:
        raise NotLiveYet(first.name, admins)
    raise NothingOpenToYou(admins)
