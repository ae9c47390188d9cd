"""Adding several value streams at once: their names, then an owner and a channel for each."""

from bot.commands.people.roles import check_people
from bot.commands.portfolio import pages
from bot.slack.asking import channels
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import OldButton, SettingRef
from bot.views.portfolio import several_streams, told_changes
from bot.views.portfolio.several_streams import SeveralPlan
from bot.workflows.portfolio import streams as streaming
from models.errors import FieldMistakes, Mistake
from models.portfolio.portfolio import Stage
from models.portfolio.setup import MOST_STREAMS_AT_ONCE, StreamSetup


def open_names(call: Call) -> None:
    """Open the form that asks for their names."""
    ref = pages.ref_on_top(call)
    with call.database.read() as session:
        pages.check_set_up(call, session, pages.portfolio_of(call, session, ref))
    call.open_form(several_streams.names_form(ref))
    call.ack()


def take_names(call: Call) -> None:
    """Ask for the rest in place of the names, once they can be taken."""
    ref = SettingRef.read(call.view["private_metadata"])
    typed = answers_of(call.view).get(several_streams.NAMES) or ""
    with call.database.read() as session:
        portfolio = pages.portfolio_of(call, session, ref)
        pages.check_set_up(call, session, portfolio)
        try:
            streams = streaming.names_to_take(session, call.workspace_id, portfolio, typed)
        except Mistake as mistake:
            raise FieldMistakes({several_streams.NAMES: mistake.sentence}) from mistake
    call.ack(response_action="update", view=several_streams.rest_form(streams, ref))


def add(call: Call) -> None:
    """Add all of them; the list shows it, and where Tack is missing is told beside it."""
    plan = SeveralPlan.read(call.view["private_metadata"])
    setups = _setups(plan, answers_of(call.view))
    owners = {place: each.owner_user_id for place, each in enumerate(setups) if each.owner_user_id}
    if call.unfit(owners.values()) is not None:
        for place, owner in owners.items():
            check_people(call, [owner], several_streams.owner(place))
    try:
        with call.write() as session:
            here, who = (call.workspace_id, call.actor), plan.form.portfolio
            added = streaming.add_streams(session, *here, who, setups, call.at)
            note = told_changes.done("streams_added", streams=added)
    except FieldMistakes as taken:
        raise FieldMistakes({several_streams.owner(0): taken.sentence}) from taken
    pages.close_form(call, plan.form, note)
    uninvited = channels.without_tack(call.client, (setup.channel_id for setup in setups))
    if uninvited:
        call.tell(several_streams.uninvited(uninvited, call.bot_user_id), plan.form.channel)


def _setups(plan: SeveralPlan, typed: dict[str, str | None]) -> list[StreamSetup]:
    """Raises OldButton."""
    stage = typed.get(several_streams.STAGE) or Stage.PROJECT_FUNDED.value
    known = {each.value for each in Stage}
    if stage not in known or not 0 < len(plan.streams) <= MOST_STREAMS_AT_ONCE:
        raise OldButton
    return [
        StreamSetup(
            name=name,
            key_prefix=letters,
            owner_user_id=typed.get(several_streams.owner(place)),
            channel_id=typed.get(several_streams.channel(place)),
            stage=Stage(stage),
        )
        for place, (name, letters) in enumerate(plan.streams)
    ]
