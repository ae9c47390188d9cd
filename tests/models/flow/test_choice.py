"""Of what figures are asked, in words in any order."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from models.epics.epic import EpicType
from models.flow.choice import FlowChoice, NotAScope, NotYet, read_choice
from models.portfolio.portfolio import Portfolio, ValueStream

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 5, 18, 10, 0, tzinfo=UTC)


def the_shop():
    names = {1: ("Payments", "PAY"), 2: ("Zürich Pay", "ZUR"), 3: ("Platform", "PLA")}
    streams = [ValueStream(id=id_, name=n, key_prefix=p) for id_, (n, p) in names.items()]
    return Portfolio(name="Shop", value_streams=streams)


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("", FlowChoice()),
        ("payments", FlowChoice(stream_id=1)),
        ("pla", FlowChoice(stream_id=3)),
        ("ZU\u0308RICH pay 2026-05-01 Enabler", FlowChoice(2, EpicType.ENABLER, date(2026, 5, 1))),
        ("zur", FlowChoice(stream_id=2)),
        ("business", FlowChoice(type=EpicType.BUSINESS)),
    ],
)
def test_words_name_a_stream_a_type_and_a_day_in_any_order(typed, choice):
    assert read_choice(typed, the_shop()) == choice


@pytest.mark.parametrize("typed", ["paymints", "p", "2026-13-01", "payments platform"])
def test_what_names_none_or_several_is_given_back_with_an_example(typed):
    with pytest.raises(NotAScope, match="Type for example /flow metrics Payments 2026-05-18"):
        read_choice(typed, the_shop())


def test_a_day_is_meant_by_its_end_in_the_portfolios_zone_and_today_by_now():
    then = FlowChoice(on=date(2026, 5, 17)).moment(NOON, BERLIN)
    assert then == datetime(2026, 5, 17, 21, 59, 59, tzinfo=UTC)
    assert FlowChoice(on=date(2026, 5, 18)).moment(NOON, BERLIN) == NOON
    assert FlowChoice().moment(NOON, BERLIN) == NOON
    with pytest.raises(NotYet, match="19 May 2026 is in the future"):
        FlowChoice(on=date(2026, 5, 19)).moment(NOON, BERLIN)
