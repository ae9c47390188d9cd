"""The figures of flow, a line of words each, and in flight against the limits as a chart."""

from collections.abc import Iterable, Mapping, Sequence

from bot.slack.blocks import Block, bar_chart, context, shorten
from bot.slack.mrkdwn import words
from models.flow.finishing import Quarter
from models.flow.flow import Load
from models.flow.frozen import FrozenEpic, FrozenFlow, Several

FEWEST_BARS = 2
MOST_BARS = 20
"""What Slack draws in one chart."""
OTHERS = "others"
LABEL_LIMIT = 20
"""What Slack takes as the name of a bar."""


def lines(
    flow: FrozenFlow, *, weeks: int, of_stream: bool, few: bool = False, fewest: bool = False
) -> Sequence[str]:
    """Finished, time to finish and ageing, each where there is something to say.

    With few words what is past the line is only counted, by the line that is shown there; with the
    fewest no week is named.
    """
    finished, time, aged = flow.finished, flow.time, flow.ageing
    said = []
    if finished.lately.total or finished.before.total:
        said.append(words("flow/figures", "finished_line", finished=finished, fewest=fewest))
    part = "time_line" if time.line else "too_thin"
    said.append(words("flow/figures", part, time=time, asked_of_stream=of_stream, few=few))
    if aged is not None and aged.count:
        said.append(
            words(
                "flow/figures",
                "ageing_line",
                aged=aged,
                crossed="" if few else _named(aged.crossed),
                earlier="" if few else _named(aged.earlier),
                weeks=weeks,
                by_hand=time.line is not None and time.line.by_hand,
            )
        )
    return said


def _named(aged: Several[FrozenEpic]) -> str:
    """ "CLM-5, LEN-2, DAT-1 and 4 more"; nothing where none is named."""
    keys = ", ".join(each.key for each in aged.named)
    more = aged.count - len(aged.named)
    return f"{keys} and {more:,} more" if keys and more else keys


def stream_chart(streams: Mapping[str, Load]) -> Sequence[Block]:
    """In flight by value stream, beside the limits where there are any; of several streams."""
    bars = _bars(streams)
    if len(bars) < FEWEST_BARS:
        return []
    series: dict[str, list[int | None]] = {"In flight": [load.count for load in bars.values()]}
    limited = any(load.most is not None for load in bars.values())
    if limited:
        series["Limit"] = [load.most for load in bars.values()]
    title = f"In flight{' and limit' if limited else ''}, by value stream"
    return [bar_chart(title, _labels(bars), series, x_label="Value stream", y_label="Epics")]


def _bars(streams: Mapping[str, Load]) -> Mapping[str, Load]:
    """As many as a chart takes: those with the most in flight, and the others as one."""
    if len(streams) <= MOST_BARS:
        return streams
    most = sorted(streams, key=lambda name: -streams[name].count)
    shown, others = most[: MOST_BARS - 1], [streams[name] for name in most[MOST_BARS - 1 :]]
    limits = [load.most for load in others if load.most is not None]
    rest = Load(sum(load.count for load in others), sum(limits) if limits else None)
    return {name: streams[name] for name in shown} | {OTHERS: rest}


def finished_chart(lately: Quarter) -> Sequence[Block]:
    """Finished per week; none where nothing was."""
    if not lately.total:
        return []
    weeks = [f"{monday.day} {monday:%b}" for monday in lately.mondays]
    title = f"Finished per week, {len(weeks)} weeks"
    series = {"Finished": list(lately.counts)}
    return [bar_chart(title, weeks, series, x_label="Week from", y_label="Epics")]


def by_stream(streams: Mapping[str, Load]) -> str:
    """What the chart of streams shows, in words."""
    return words("flow/figures", "streams_in_words", streams=streams)


def week_by_week(lately: Quarter) -> str:
    """What the chart of weeks shows, in words."""
    return words("flow/figures", "weeks_in_words", lately=lately)


def charts_in_words(streams: Mapping[str, Load], lately: Quarter) -> Block:
    """Every number of both charts, where Slack does not draw them."""
    bars, said = _bars(streams), []
    if len(bars) >= FEWEST_BARS:
        said.append(by_stream(dict(zip(_labels(bars), bars.values(), strict=True))))
    if lately.total:
        said.append(week_by_week(lately))
    return context("\n".join(said))


def _labels(names: Iterable[str]) -> Sequence[str]:
    """The names as Slack takes them, no two alike."""
    found: list[str] = []
    for name in names:
        label = shorten(name, LABEL_LIMIT)
        if label in found:
            number = f" {len(found) + 1}"
            label = shorten(name, LABEL_LIMIT - len(number)) + number
        found.append(label)
    return found
