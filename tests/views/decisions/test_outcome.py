"""The form that records what became of an epic."""

from decimal import Decimal

import pytest

from bot.views.decisions import outcome
from tests.views.builders import an_epic


@pytest.mark.parametrize(
    ("baseline", "reading", "said"),
    [
        (Decimal(61), "64.2", "last read 64.2 %, 46 % of the way from 61 to 68 %, which suggests"),
        (None, "64.2", "last read 64.2 %."),
        (Decimal(61), None, "*PAY-12 · Pay by bank transfer at checkout*"),
    ],
)
def test_where_its_choice_comes_from_is_said_above_it(baseline, reading, said):
    epic = an_epic("done", indicator="Completion, %", baseline=baseline, target=Decimal(68))
    last = None if reading is None else Decimal(reading)
    lead = outcome.lead(epic, last)
    assert said in lead
    assert ("last read" in lead) == (last is not None)
