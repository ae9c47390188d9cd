"""A list of decisions narrowed by what was typed. No database."""

import pytest

from models.decisions.register.listing import Typed, read_typed

STREAMS = {"Payments": 1, "PAY": 1, "Onboarding": 2, "Claims and Fraud": 3, "Claims": 4}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", Typed()),
        ("open payments mine", Typed("open", mine=True, stream_id=1)),
        ("Mine PAY", Typed(mine=True, stream_id=1)),
        ("claims AND fraud refunds", Typed(stream_id=3, text="refunds")),
        ("claims fraud", Typed(stream_id=4, text="fraud")),
        ("before beta 3", Typed("before", text="beta", number=3)),
        ("undecided pay-12", Typed("undecided", epic_key="PAY-12")),
        ("payments onboarding", Typed(stream_id=1, text="onboarding")),
        ("open decided", Typed("open", text="decided")),
        ("0", Typed()),
        ("2026 goals", Typed(text="2026 goals")),
        ("\x00open", Typed("open")),
    ],
)
def test_words_name_a_kind_a_stream_an_epic_and_the_rest_is_searched_for(typed, read):
    assert read_typed(typed, STREAMS) == read
