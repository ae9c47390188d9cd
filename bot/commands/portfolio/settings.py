"""`/portfolio settings`: what holds in a portfolio, changed by forms of their own."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes, show
from bot.slack.actions import Note, Shown
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.mrkdwn import words
from bot.views.portfolio.actions import (
    EditBaseline,
    EditBasics,
    EditLine,
    NamePeople,
    SettingsShown,
)
from bot.views.portfolio.change_notes import done, saved
from bot.views.portfolio.settings import settings_page
from bot.workflows import seeing
from bot.workflows.keeping import seen_portfolio
from bot.workflows.people import granting
from bot.workflows.permitting import Place, may
from bot.workflows.portfolio import basics, setting_up
from bot.workflows.portfolio.basics import PORTFOLIOS
from models.people.role import Right, Role
from models.portfolio.forms import BaselineForm, CouncilForm, LineForm
from models.portfolio.setup import FACTS, Basics


def hear(call: Call, typed: str) -> None:
    """Hear `/portfolio settings`."""
    with call.database.read() as session:
        portfolio = seen_portfolio(call.act(session), None, PORTFOLIOS.command)
    show(call, SettingsShown(portfolio=portfolio.id), "/portfolio settings")


@routes.page
def draw_settings(call: Call, session: Session, page: SettingsShown) -> Shown:
    """What holds, and before it is live what is still to be done."""
    seen = seeing.portfolios(session, *call.who)
    being_set_up = [each.id for each in seen if each.live_at is None]
    chosen = page.portfolio or next(reversed(being_set_up), None)
    portfolio = seen_portfolio(call.act(session), chosen, PORTFOLIOS.command)
    may_begin = may(session, call.actor, Right.SET_UP, Place(call.workspace_id))
    progress = setting_up.progress(session, portfolio)
    return settings_page(progress, page, seen, may_begin=may_begin)


@routes.opens
def ask_basics(call: Call, session: Session, it: EditBasics) -> Open:
    """Ask what holds in the whole portfolio."""
    portfolio = PORTFOLIOS.look(call.act(session), it.id)
    held = basics.basics_of(portfolio)
    return Open(Basics, "Basics", EditBasics.of(portfolio), held=held, facts=FACTS)


@routes.saves
def change_basics(call: Call, session: Session, form: Basics, about: EditBasics) -> Note:
    changes = basics.change_basics(session, *call.who, about.id, about.version, form, call.at)
    return saved(changes)


@routes.opens
def ask_baseline(call: Call, session: Session, it: EditBaseline) -> Open:
    """Ask how long a decision and an epic take today."""
    portfolio = PORTFOLIOS.look(call.act(session), it.id)
    lead = words("portfolio/settings", "baseline_lead")
    about = EditBaseline.of(portfolio)
    return Open(BaselineForm, "Before Tack", about, held=portfolio, lead=lead)


@routes.saves
def change_baseline(call: Call, session: Session, form: BaselineForm, about: EditBaseline) -> Note:
    changes = basics.change_baseline(session, *call.who, about.id, about.version, form, call.at)
    return saved(changes)


@routes.opens
def ask_line(call: Call, session: Session, it: EditLine) -> Open:
    """Ask from which full cost on the council decides."""
    portfolio = PORTFOLIOS.look(call.act(session), it.id)
    facts, about = {"currency": portfolio.currency}, EditLine.of(portfolio)
    return Open(LineForm, "The council's line", about, held=portfolio, facts=facts)


@routes.saves
def change_line(call: Call, session: Session, form: LineForm, about: EditLine) -> Note:
    act = call.act(session)
    return saved(basics.change_line(act, about.id, about.version, form.council_line))


@routes.opens
def ask_people(call: Call, session: Session, it: NamePeople) -> Open:
    """Ask who is on the council and who is finance, added to those there are."""
    portfolio = PORTFOLIOS.portfolio(call.act(session), it.portfolio)
    groups = call.user_groups()
    facts = {
        "progress": setting_up.progress(session, portfolio),
        "no_groups": groups.why_none,
    }
    return Open(
        CouncilForm,
        "Council and finance",
        it,
        facts={"groups": [(f"@{each.handle}", each.group_id) for each in groups.usable]},
        lead=words("portfolio/settings", "council_lead", **facts),
    )


@routes.saves
def name_people(call: Call, session: Session, form: CouncilForm, about: NamePeople) -> Note:
    """Give the roles to the people and user groups that were chosen."""
    place = Place.of_portfolio(PORTFOLIOS.portfolio(call.act(session), about.portfolio))
    groups = {each.group_id: each for each in call.user_groups().usable}
    given = 0
    for role, people, chosen, stand_in in (
        (Role.COUNCIL, form.council, form.council_groups, False),
        (Role.FINANCE, form.finance, form.finance_groups, False),
        (Role.FINANCE, form.stand_ins, (), True),
    ):
        grants = granting.grant(
            session,
            *call.who,
            role,
            place,
            people,
            [groups[each] for each in chosen if each in groups],
            stand_in,
            call.at,
        )
        given += len(grants)
    return done("people_named", count=given)
