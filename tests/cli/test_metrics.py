import json

import pytest

from tests.cli.test_import_and_board import import_folder

COUNTED = (
    "as_of",
    "items_known",
    "count_per_state",
    "wip_total",
    "wip_per_value_stream",
    "done_items_total",
    "done_without_commitment_before_done",
    "throughput_26_iso_weeks",
    "throughput_26_weeks_total",
)
SPREADS = ("flow_time_days_all", "flow_time_days_last_365d", "work_item_age_days")
WITHIN = 1e-6 + 1e-9
"""In days: both sides are rounded to as many places."""


@pytest.mark.parametrize("source", ["python-peps", "kubernetes-keps"])
def test_the_figures_of_a_real_portfolio_equal_its_reference_at_each_date(tack, real_data, source):
    assert import_folder(tack, real_data / source, source).returncode == 0
    reference = json.loads((real_data / source / "reference.json").read_text())
    assert len(reference["as_of"]) == 3
    for expected in reference["as_of"]:
        day = expected["as_of"][:10]
        done = tack("metrics", "--portfolio", source, "--as-of", day, "--json")
        told = json.loads(done.stdout)
        assert {name: told[name] for name in COUNTED} == {n: expected[n] for n in COUNTED}
        for name in SPREADS:
            of = ("n", "nearest_rank", "mean", "min", "max")
            assert told[name].keys() == set(of)
            for each in of:
                assert told[name][each] == pytest.approx(expected[name][each], abs=WITHIN, rel=0)
        assert len(told["ten_oldest_in_wip"]) == 10
        for each, wanted in zip(
            told["ten_oldest_in_wip"], expected["ten_oldest_in_wip"], strict=True
        ):
            age = pytest.approx(wanted["age_days"], abs=WITHIN, rel=0)
            same = {name: wanted[name] for name in ("id", "state", "committed_at")}
            assert each == same | {"age_days": age}
        split, wanted = told["flow_efficiency"]["B"], expected["flow_efficiency"]["B"]
        ratio = pytest.approx(wanted["ratio_of_sums"], abs=WITHIN, rel=0)
        assert split == {"items": wanted["items"], "ratio_of_sums": ratio}


def test_as_text_the_figures_say_their_samples(tack, real_data):
    import_folder(tack, real_data / "python-peps")
    shown = tack("metrics", "--portfolio", "python-peps", "--as-of", "2026-08-22").stdout
    assert "Finished: 436, 63 of them never in flight" in shown
    assert (
        "Flow time in days: 50 of 100 within 351.9, 85 of 100 within 1,488.0, "
        "95 of 100 within 2,205.4; mean 659.9, n = 373"
    ) in shown
    assert "Finished in 26 whole weeks: 28" in shown
    assert "98.2 % of the time in active states, over 373 epics" in shown


def test_before_anything_was_known_nothing_is_said_to_be_0_days(tack, real_data):
    import_folder(tack, real_data / "python-peps")
    where = ("metrics", "--portfolio", "python-peps", "--as-of", "1999-12-31")
    assert "Age in days: none yet" in tack(*where).stdout
    told = json.loads(tack(*where, "--json").stdout)
    assert told["flow_time_days_all"]["mean"] is None
    assert told["flow_efficiency"] == {"B": {"items": 0, "ratio_of_sums": None}}


def test_a_day_that_is_none_and_a_portfolio_that_is_none_are_one_sentence(tack):
    done = tack("metrics", "--portfolio", "nowhere", "--as-of", "2026-05-18")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        'There is no portfolio "nowhere". There is: none yet.',
    )
