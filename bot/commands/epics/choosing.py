"""What the searching lists of the form for an epic offer, which is not declared."""

from sqlalchemy.orm import Session

from bot.commands.epics.opening import epic_of
from bot.commands.epics.proposal import portfolio_of
from bot.slack.blocks import OPTIONS_LIMIT, Option
from bot.slack.hearing import Call
from bot.views.epics import form as epic_form
from bot.views.epics import options as epic_options
from bot.views.epics.form import EpicVersion, ProposalForm
from bot.views.portfolio.menu import stream_option
from bot.workflows.epics import finding
from bot.workflows.projects import keeping as projecting
from models.fields import folded, tidy
from models.portfolio.portfolio import Portfolio


def suggest_streams(call: Call) -> None:
    """The open value streams with what was typed in their names or prefixes."""
    with call.database.read() as session:
        streams = _portfolio(session, call).open_streams
    typed = folded(_typed(call))
    found = [s for s in streams if typed in folded(f"{s.name} {s.key_prefix}")]
    _offer(call, [stream_option(stream) for stream in found])


def suggest_projects(call: Call) -> None:
    """The open projects with what was typed in their code or name."""
    with call.database.read() as session:
        portfolio = _portfolio(session, call)
        found = projecting.suggest_projects(
            session, call.workspace_id, portfolio.id, _typed(call), OPTIONS_LIMIT - 1
        )
    _offer(call, epic_options.found_projects(found, _typed(call)))


def suggest_themes(call: Call) -> None:
    """The open themes with what was typed in their names, and none."""
    with call.database.read() as session:
        themes = finding.choices(session, _portfolio(session, call)).themes
    found = [theme for theme in themes if folded(_typed(call)) in folded(theme.name)]
    options = [epic_options.theme_option(theme) for theme in found[: OPTIONS_LIMIT - 1]]
    _offer(call, [*options, epic_options.NO_THEME])


def suggest_objectives(call: Call) -> None:
    """The open objectives with what was typed in their titles, and none."""
    with call.database.read() as session:
        objectives = finding.choices(session, _portfolio(session, call)).objectives
    found = [each for each in objectives if folded(_typed(call)) in folded(each.title)]
    options = [epic_options.objective_option(each) for each in found[: OPTIONS_LIMIT - 1]]
    _offer(call, [*options, epic_options.NO_OBJECTIVE])


def _typed(call: Call) -> str:
    return tidy(str(call.body.get("value") or ""))


def _offer(call: Call, options: list[Option]) -> None:
    call.ack(options=options[:OPTIONS_LIMIT])


def _portfolio(session: Session, call: Call) -> Portfolio:
    """The portfolio of the epic in the form, or the one it is proposed in."""
    carried = call.view["private_metadata"]
    if call.view["callback_id"] != epic_form.EDIT_CALLBACK:
        return portfolio_of(session, call, ProposalForm.read(carried).portfolio)
    epic = epic_of(session, call, EpicVersion.read(carried).epic)
    return epic.portfolio
