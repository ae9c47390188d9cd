import json
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.views.flow.figures import stream_chart
from bot.workflows.board.changes import in_flight
from bot.workflows.flow.clocks import columns_in_flight
from bot.workflows.flow.figures import flow_figures
from bot.workflows.flow.scope import scope_of
from models.database import Database
from models.epics.epic import Epic
from models.flow.noise import Compared
from models.portfolio.portfolio import Portfolio
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


LINES = {
    ("python-peps", "2026-08-22"): (1348.981609, 26, 27),
    ("python-peps", "2015-12-31"): (662.088160, 52, 12),
    ("kubernetes-keps", "2026-07-24"): (1853.396354, 26, 27),
}
"""The line as it is by then: in days, of so many weeks, from so many."""


JUNE = [(date(2026, 6, 15), 11)]
TOLD = {
    ("python-peps", "2026-08-22", None): (
        20,
        8,
        JUNE,
        1348.981609,
        27,
        26,
        10,
        60,
        [],
    ),
    ("python-peps", "2015-12-31", None): (0, 0, [], 662.088160, 12, 52, 21, 47, ["PEP-464"]),
    ("kubernetes-keps", "2026-07-24", None): (14, 13, [], 1853.396354, 27, 26, 135, 341, []),
    ("kubernetes-keps", "2026-07-24", "sig-node"): (3, 6, [], 1203.078125, 9, 26, 25, 73, []),
}
"""Finished in 13 weeks and in the 13 before, largest weeks; the line in days, from how many, of so
many weeks; past it, in flight, and what crossed it in the last 7 days."""
BARS = {"python-peps": (4, "Typing"), "kubernetes-keps": (20, "others")}
"""How many bars there are by stream, and the last one: of 21 streams 19 and the others."""


def told_of(database, source, day, stream):
    """What people are told of it then; of a stream its own line."""
    until = datetime.fromisoformat(f"{day}T23:59:59+00:00")
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio).where(Portfolio.name == source)).one()
        ids = {each.name: each.id for each in portfolio.value_streams}
        scope = scope_of(session, portfolio.id, ids.get(stream))
        found = flow_figures(session, scope, until - timedelta(days=7), until)
        if stream is None and day[:4] == "2026":
            streams = in_flight(session, scope, until).streams
            (chart,) = stream_chart({each.name: each.load for each in streams})
            bars = chart["chart"]["axis_config"]["categories"]
            assert (len(bars), bars[-1]) == BARS[source]
            seen = Epic.portfolio_id == portfolio.id
            labels = columns_in_flight(session, portfolio, found.clocks, seen).values()
            columns = in_flight(session, scope, until).columns
            assert Counter(labels) == {e.name: e.load.count for e in columns if e.load.count}
        if day == "2026-08-22":
            held = found.time.held
            assert (round(held.days, 6), held.n, found.time.within) == (1402.815116, 9, 17)
        crossed = [session.get_one(Epic, id_).source_id for id_, _ in found.ageing.crossed.some()]
    finished, line = found.finished, found.time.line
    assert finished.compared is Compared.USUAL
    assert line.of_stream == (stream is not None)
    return (
        finished.lately.total,
        finished.before.total,
        list(finished.lately.bursts),
        round(line.days, 6),
        line.n,
        line.weeks,
        len(found.ageing.past),
        int(found.clocks.in_flight.sum()),
        crossed,
    )


@pytest.mark.parametrize("source", ["python-peps", "kubernetes-keps"])
def test_the_figures_of_a_real_portfolio_equal_its_reference_at_each_date(
    tack, database_url, real_data, source
):
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
        if (source, day) in LINES:
            days, weeks, n = LINES[source, day]
            exact = pytest.approx(days, abs=WITHIN, rel=0)
            assert told["line"] == {"days": exact, "scope": "portfolio", "weeks": weeks, "n": n}
            ahead = tack("forecast", "--portfolio", source, "--as-of", day, "--json")
            found = json.loads(ahead.stdout)
            assert found["forecast_exact"] == expected["forecast_exact"]
            assert found["line"] == told["line"]
            assert ("reason" in found) == (not expected["forecast_exact"])
    database = Database(database_url)
    for asked, wanted in TOLD.items():
        if asked[0] == source:
            assert told_of(database, *asked) == wanted
    database.close()


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Pacific/Kiritimati", "2026-05-18T12:00:00Z", "19 May 2026"),  # 14 hours ahead
        ("Pacific/Pago_Pago", "2026-05-18T05:00:00Z", "17 May 2026"),  # 11 behind
    ],
)
def test_since_when_the_oldest_are_in_flight_is_a_day_of_the_portfolios_zone(
    tack, database_url, tmp_path, zone, at, day
):
    (tmp_path / "items.csv").write_text("source,id,title,value_stream\nx,E-1,Refunds,Payments\n")
    moves = f"source,id,to_status,at\nx,E-1,ready,{at}\n"
    (tmp_path / "transitions.csv").write_text(moves)
    (tmp_path / "mapping.json").write_text('{"status_to_state": {"ready": {"state": "ready"}}}')
    assert import_folder(tack, tmp_path, "x").returncode == 0
    database = Database(database_url)
    with database.engine.begin() as connection:
        connection.execute(update(Portfolio).values(time_zone=zone))
    database.close()
    shown = tack("metrics", "--portfolio", "x", "--as-of", "2026-06-01").stdout
    assert f"ready, since {day}\n" in shown


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
    assert "The line: 85 of 100 epics finish by day 1,349, from 27 that finished in 26" in shown
    where = ("forecast", "--portfolio", "python-peps", "--as-of")
    one = json.loads(tack(*where, "2026-08-22", "--epic", "PEP-780", "--json").stdout)["epic"]
    assert one["days"]["85"] == pytest.approx(1754.867407, abs=WITHIN, rel=0)
    assert one["n"] == 11
    shown = tack(*where, "2026-08-22", "--epic", "PEP-458").stdout
    assert "PEP-458: none, 0 of the 27 took longer than it has" in shown
    assert "in 4 weeks: 3 or more at 50 %, 2 or more at 70 %" in shown
    assert "5 more: 6 weeks at 50 %, 10 weeks at 85 %, 12 weeks at 95 %" in shown
    thin = tack(*where, "2015-12-31").stdout
    assert "Forecast: none yet, needs 8 finished epics in 26 weeks, there are 0" in thin
    looked = tack(*where, "2026-08-22", "--backtest")
    assert "128 months with a forecast at their end, 178 in which too few had" in looked.stdout
    assert "In 4 weeks: 50 % held 62 times of 128 (48 %), 85 % held 13 times of 25" in looked.stdout
    back = json.loads(tack(*where, "2026-08-22", "--backtest", "--json").stdout)
    assert back["held"]["in_12_weeks"]["85"] == {"held": 81, "of": 126}
    gone = tack(*where, "2026-08-22", "--epic", "PEP-8")
    assert gone.returncode == 2
    assert "PEP-8 was not in flight on that day" in gone.stderr
    week = ("digest", "--portfolio", "python-peps", "--week")
    as_data = tack(*week, "2026-W33", "--format", "json").stdout
    assert tack(*week, "2026-W33", "--format", "json").stdout == as_data
    told = json.loads(as_data)
    flow = told["flow"]
    assert (told["sent_at"], told["in_flight"]["whole"]["count"]) == (None, 59)
    assert [sum(flow["finished"][each]["counts"]) for each in ("lately", "before")] == [20, 8]
    assert (flow["time"]["lately"], flow["time"]["within"], flow["time"]["held_day"]) == (
        20,
        17,
        1403,
    )
    assert flow["ageing"]["crossed"]["count"] + flow["ageing"]["earlier"]["count"] == 10
    shown = tack(*week, "2026-W33").stdout
    assert (
        "Finished 20 in 13 weeks, 11 of them in the week of 15 June; 8 in the 13 before: within"
        in shown
    )
    assert "It was not sent: drawn from history" in shown
    assert "preview" not in shown
    early = tack(*week, "2015-W52").stdout
    assert "21 are past the line of day 663; 1 crossed it this week (PAC-26), 20 before" in early
    for typed in ("2026-19", "2025-W53"):
        assert f'"{typed}" is not a week. Write it like 2026-W20.' in tack(*week, typed).stderr
    assert '"0001-W01" is before 1970.' in tack(*week, "0001-W01").stderr
    for command in ("metrics", "forecast", "board"):
        ahead = tack(command, "--portfolio", "python-peps", "--as-of", "2999-01-01")
        assert ahead.stderr.startswith("1 Jan 2999 is in the future. The latest day is today, ")


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
        'There is no portfolio "nowhere". There is none yet.',
    )
