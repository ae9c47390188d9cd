"""What is asked of a portfolio, its board and its limits."""

from datetime import date

import pytest

from models.errors import FieldMistakes
from models.portfolio.forms import LimitsForm, StateForm
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import StateKind
from models.portfolio.setup import FACTS, Basics

TYPED = {
    "name": " Shop  and more ",
    "currency": "eur",
    "locale": "de-DE",
    "time_zone": "Europe/Berlin",
    "fiscal_year_starts_in": "4",
    "working_days": "0,1,2,3",
    "holidays": "26.12.2026\n2026-12-25",
    "channel_id": None,
    "open_to_all": "False",
}


def test_basics_are_read_as_they_are_kept():
    assert Basics.read(TYPED, FACTS) == Basics(
        name="Shop and more",
        currency="EUR",
        locale="de-DE",
        time_zone="Europe/Berlin",
        fiscal_year_starts_in=4,
        working_days="1111000",
        holidays=(date(2026, 12, 25), date(2026, 12, 26)),
        open_to_all=False,
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "?"}, "Give it a name of up to 80 characters."),
        ({"name": "x" * 81}, "Up to 80 characters, please; this has 81."),
        ({"currency": "e1"}, "Write the three letters of a currency, such as EUR."),
        ({"time_zone": "Berlin"}, "Write a time zone such as Europe/Berlin."),
        ({"locale": "tlh"}, "Choose one from the list."),
        ({"fiscal_year_starts_in": "13"}, "Choose one from the list."),
        ({"working_days": None}, "Choose at least one day."),
        ({"holidays": "Christmas"}, "“Christmas” is not a date. Write one per line, like"),
    ],
)
def test_what_is_wrong_with_the_basics_is_said_at_its_field(changed, said):
    with pytest.raises(FieldMistakes) as found:
        Basics.read(TYPED | changed, FACTS)
    assert found.value.errors.keys() == changed.keys()
    assert found.value.sentence.startswith(said)


def test_basics_from_elsewhere_are_tidied_and_checked_alike():
    basics = Basics(name=" Shop ", currency="chf", time_zone="UTC").checked()
    assert (basics.name, basics.currency, basics.working_days) == ("Shop", "CHF", "1111100")
    with pytest.raises(FieldMistakes) as found:
        Basics(name="", currency="CH", time_zone="Mars").checked()
    assert found.value.errors.keys() == {"name", "currency", "time_zone"}


def test_of_a_state_where_epics_end_only_the_name_is_asked():
    def asked(**facts):
        return [name for name, each in StateForm.questions().items() if each.is_asked(facts)]

    assert asked() == ["label"]
    assert asked(is_open=True) == ["label", "stale_after_days", "about", "figures"]
    assert len(asked(is_open=True, is_in_the_middle=True)) == 6
    held = {"label": "Done", "kind": StateKind.DONE, "figures": (Requirement.TARGET,)}
    assert StateForm.read({"label": "Closed"}, held=held).figures == (Requirement.TARGET,)


def test_limits_are_asked_of_each_place_with_how_many_stand_there():
    form = LimitsForm.at([("all", "All in flight", 1_200), ("7", "Ready", 0)])
    assert [each.hint for each in form.questions().values()] == ["1,200 now.", "0 now."]
    assert dict(form.read({"all": "", "7": "4"}, held={"all": 3})) == {"all": None, "7": 4}
