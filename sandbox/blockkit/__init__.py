"""What Slack would say to a payload of Block Kit.

The rules are tables: objects.py, rich_text.py, elements.py, charts.py, tables.py, blocks.py and
payloads.py, from the smallest part to the whole. kinds.py and shapes.py read them.
"""

from sandbox.blockkit.blocks import BLOCKS, URL_SOURCE
from sandbox.blockkit.charts import CHART_OBJECTS, CHARTS
from sandbox.blockkit.elements import ELEMENTS
from sandbox.blockkit.objects import OBJECTS
from sandbox.blockkit.payloads import (
    PAYLOAD_RULES,
    PAYLOADS,
    check_errors,
    check_message,
    check_view,
)
from sandbox.blockkit.place import KNOWN_KEYS, KNOWN_TYPES
from sandbox.blockkit.problems import Problem, Rule
from sandbox.blockkit.rich_text import INLINE, PARTS
from sandbox.blockkit.rich_text import STYLE as RICH_TEXT_STYLE
from sandbox.blockkit.tables import CELLS, COLUMN

_SHAPES = (
    *PAYLOADS,
    *BLOCKS.values(),
    *ELEMENTS.values(),
    *OBJECTS,
    *INLINE.values(),
    *PARTS.values(),
    *CHARTS.values(),
    *CHART_OBJECTS,
    *CELLS.values(),
    RICH_TEXT_STYLE,
    COLUMN,
    URL_SOURCE,
)
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        KNOWN_KEYS,
        KNOWN_TYPES,
        *PAYLOAD_RULES,
        *(rule for shape in _SHAPES for rule in shape.rules()),
    )
}

__all__ = ["RULES", "Problem", "Rule", "check_errors", "check_message", "check_view"]
