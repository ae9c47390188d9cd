"""The data_visualization block: bar, line, area and pie charts that Slack draws itself."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.blockkit.kinds import Items, Number, Words
from sandbox.blockkit.problems import GUESSED
from sandbox.blockkit.shapes import (
    MESSAGE,
    REFERENCE,
    Finding,
    Law,
    Shape,
    Variant,
    block,
    by_name,
    composition,
    may,
    need,
)

SOURCE = f"{REFERENCE}/blocks/data-visualization-block"
LABEL = Words(1, 20)
AXIS_LABEL = Words(1, 50)
HOUSE_PARTS = 6  # older pages of the reference allow no more segments or series

SEGMENT = composition("chart_segment", {"label": need(LABEL), "value": need(Number(whole=False))})
POINT = composition("chart_point", {"label": need(LABEL), "value": need(Number(whole=False))})
SERIES = composition("chart_series", {"name": need(LABEL), "data": need(Items(POINT, 1, 20))})
AXES = composition(
    "chart_axes",
    {
        "categories": need(Items(LABEL, 1, 20)),
        "x_label": may(AXIS_LABEL),
        "y_label": may(AXIS_LABEL),
    },
)


def _segment_not_positive(pie: Mapping[str, Any]) -> Iterable[Finding]:
    for index, segment in enumerate(pie["segments"]):
        if segment["value"] <= 0:
            yield f"segments/{index}/value", "must be greater than 0"


def _same_name(chart: Mapping[str, Any]) -> Iterable[Finding]:
    names = [series["name"] for series in chart["series"]]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f"series/{index}/name", f"series name already exists: {name}"


def _points_off_categories(chart: Mapping[str, Any]) -> Iterable[Finding]:
    categories = chart["axis_config"]["categories"]
    for index, series in enumerate(chart["series"]):
        if [point["label"] for point in series["data"]] != categories:
            yield f"series/{index}/data", "labels must equal axis_config.categories"


def _more_than_six(key: str) -> Callable[[Mapping[str, Any]], Iterable[Finding]]:
    def find(chart: Mapping[str, Any]) -> Iterable[Finding]:
        if len(chart[key]) > HOUSE_PARTS:
            yield key, f"should have no more than {HOUSE_PARTS}: sources disagree on 6 or 12"

    return find


def _with_axes(name: str) -> Shape:
    return Shape(
        name,
        {"series": need(Items(SERIES, 1, 12)), "axis_config": need(AXES)},
        (
            Law("unique_names", "names of series are unique", _same_name),
            Law("labels", "labels of points equal the categories", _points_off_categories),
            Law("few_series", "at most 6 series", _more_than_six("series"), GUESSED, True),
        ),
        source=SOURCE,
    )


PIE = Shape(
    "pie",
    {"segments": need(Items(SEGMENT, 1, 12))},
    (
        Law("positive", "values of segments are above 0", _segment_not_positive),
        Law("few_segments", "at most 6 segments", _more_than_six("segments"), GUESSED, True),
    ),
    source=SOURCE,
)
CHARTS = by_name(PIE, _with_axes("bar"), _with_axes("line"), _with_axes("area"))

DATA_VISUALIZATION = block(
    "data_visualization",
    MESSAGE,
    {"title": need(Words(1, 50)), "chart": need(Variant("a chart", CHARTS))},
    surface_status=GUESSED,
)
CHART_OBJECTS = (SEGMENT, POINT, SERIES, AXES)
