"""What a portfolio and its value streams refuse, and what is missing at first. No database."""

import pytest

from models.errors import ChangedSince
from models.portfolio.portfolio import (
    NothingToGoLiveWith,
    NothingToSplit,
    SameStream,
    UnknownPortfolio,
    UnknownStream,
    called,
    check_unchanged,
    in_use,
    of_workspace,
)
from models.portfolio.readiness import (
    NoAdminYet,
    NothingOpenToYou,
    NotLiveYet,
    SetUpFirst,
    check_has_admin,
    refuse_to_begin,
)
from tests.views.builders import ANA, BEN, MONDAY, a_portfolio


def the_streams(portfolio):
    for stream in portfolio.value_streams:
        stream.workspace_id, stream.version = 1, 1
    return portfolio.value_streams


def test_a_portfolio_goes_live_with_a_value_stream():
    portfolio = a_portfolio()
    portfolio.live_at, portfolio.version = None, 1
    portfolio.go_live(MONDAY)
    assert (portfolio.live_at, portfolio.version) == (MONDAY, 2)


def test_without_a_value_stream_in_use_it_does_not_go_live():
    portfolio = a_portfolio()
    for stream in portfolio.value_streams:
        stream.ended_at = MONDAY
    with pytest.raises(NothingToGoLiveWith):
        portfolio.go_live(MONDAY)


def test_a_stream_that_is_merged_has_ended_and_its_successor_is_the_other():
    source, target, _ = the_streams(a_portfolio())
    source.merge_into(target, MONDAY)
    assert (source.ended_at, source.successor) == (MONDAY, target)
    assert (source.version, target.version) == (2, 2)


def test_a_stream_is_merged_into_another_one_of_its_portfolio():
    source, other = the_streams(a_portfolio())[0], the_streams(a_portfolio(id=2))[0]
    for target in (source, other):
        with pytest.raises(SameStream):
            source.merge_into(target, MONDAY)
    assert source.ended_at is None


def test_a_split_gives_one_epic_away_at_least():
    source = the_streams(a_portfolio())[0]
    source.check_splits(1)
    with pytest.raises(NothingToSplit):
        source.check_splits(0)


def test_a_stream_is_found_as_long_as_it_is_in_use_and_in_its_workspace_only():
    stream = the_streams(a_portfolio())[0]
    assert in_use(stream, 1) is stream
    stream.ended_at = MONDAY
    for found, workspace_id in ((None, 1), (stream, 1), (the_streams(a_portfolio())[0], 2)):
        with pytest.raises(UnknownStream):
            in_use(found, workspace_id)


def test_a_portfolio_is_found_in_its_workspace_only():
    portfolio = a_portfolio()
    assert of_workspace(portfolio, 1) is portfolio
    for found, workspace_id in ((None, 1), (portfolio, 2)):
        with pytest.raises(UnknownPortfolio):
            of_workspace(found, workspace_id)


def test_what_someone_else_changed_since_is_not_taken():
    portfolio = a_portfolio()
    portfolio.version = 3
    check_unchanged(portfolio, 3)
    with pytest.raises(ChangedSince) as refused:
        check_unchanged(portfolio, 2)
    assert refused.value.what == portfolio.name


def being_set_up():
    portfolio = a_portfolio()
    portfolio.live_at = None
    return portfolio


@pytest.mark.parametrize(
    ("first", "admins", "mistake", "said"),
    [
        (None, [], NoAdminYet, "Your own member id is U0BEN."),
        (None, [ANA], SetUpFirst, "An admin types /portfolio setup, which guides them through it."),
        (being_set_up(), [ANA], NotLiveYet, "/portfolio setup and chooses Go live."),
        (a_portfolio(), [ANA], NothingOpenToYou, "An admin gives roles with /portfolio roles."),
    ],
)
def test_who_sees_no_portfolio_reads_what_is_missing_and_whom_to_ask(first, admins, mistake, said):
    with pytest.raises(mistake) as refused:
        refuse_to_begin(first, admins, BEN)
    assert refused.value.sentence.endswith(said)
    assert list(refused.value.ask) == admins


def test_before_there_is_an_admin_nobody_sets_up():
    check_has_admin([ANA], BEN)
    with pytest.raises(NoAdminYet):
        check_has_admin([], BEN)


def test_a_portfolio_is_found_however_its_name_is_written_unless_two_could_be_meant():
    zurich, shop, other = (a_portfolio(name=name) for name in ("Z\u00fcrich", "Shop", "SHOP"))
    assert called("zu\u0308rich\u200b", [shop, zurich]) is zurich
    assert called("SHOP", [shop, other]) is other
    assert called("shop", [shop, other]) is None
    assert called("Shops", [shop]) is None
