"""The form that asks for an export: which portfolio, and how it is written."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import Block, context, field, modal, option, section, select
from bot.slack.mrkdwn import words
from bot.slack.values import Value, Whole
from models.files.export import ExportFormat
from models.portfolio.portfolio import Portfolio


class ExportForm(Value):
    """What the form remembers: the portfolio where there is one only, and where it was opened."""

    portfolio: Whole
    channel: str | None = None


CALLBACK = "export_portfolio"
PORTFOLIO, FORMAT = "portfolio", "format"

FORMATS = {
    ExportFormat.CSV: "CSV, a file for each table, for spreadsheets",
    ExportFormat.JSON: "JSON, one document, for programs",
    ExportFormat.MARKDOWN: "Markdown, the decisions alone, to be read",
}


def export_form(portfolios: Sequence[Portfolio], channel_id: str | None) -> dict[str, Any]:
    """The form; with one portfolio there is nothing to choose but how."""
    formats = [option(text, form.value) for form, text in FORMATS.items()]
    blocks: list[Block] = [section(words("files/export", "lead", portfolios=portfolios))]
    if len(portfolios) > 1:
        choices = [option(each.name, str(each.id)) for each in portfolios]
        menu = select(PORTFOLIO, "Choose one", choices, choices[0])
        blocks.append(field(PORTFOLIO, "Which portfolio?", menu))
    blocks.append(field(FORMAT, "How?", select(FORMAT, "Choose one", formats, formats[0])))
    blocks.append(context(words("files/export", "private")))
    return modal(
        CALLBACK,
        "Export",
        blocks,
        submit="Export",
        private_metadata=ExportForm(portfolio=portfolios[0].id, channel=channel_id).value,
    )
