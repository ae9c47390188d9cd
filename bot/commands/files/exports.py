"""`/portfolio export`: everything one may see, as a file in one's direct messages."""

from bot.slack import answers
from bot.slack.answering import TriggerExpired
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import OldButton, whole
from bot.views.files import export_form, export_result
from bot.views.files.export_form import ExportForm
from bot.views.files.export_result import ExportRef
from bot.workflows.files import requesting
from models.files.export import ExportFormat


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio export`: open the form."""
    with call.database.read() as session:
        portfolios = requesting.open_to(session, call.workspace_id, call.actor)
    try:
        call.open_form(export_form.export_form(portfolios, call.channel_id))
    except TriggerExpired:
        said = "Slack did not open the form in time. Type /portfolio export once more."
        call.reply(answers.sentence(said))
        return
    call.ack()


def export(call: Call) -> None:
    """Have it made as the form says."""
    memory = ExportForm.read(call.view["private_metadata"])
    typed = answers_of(call.view)
    chosen, form = typed.get(export_form.PORTFOLIO), typed.get(export_form.FORMAT)
    if form not in set(ExportFormat):
        raise OldButton
    portfolio_id = whole(chosen) if chosen else memory.portfolio
    with call.write() as session:
        asked = requesting.request(
            session,
            call.workspace_id,
            call.actor,
            portfolio_id,
            ExportFormat(str(form)),
            call.at,
        )
    call.ack()
    call.reply_in(export_result.asked(asked), memory.channel)


def try_again(call: Call) -> None:
    ref = ExportRef.read(call.action["value"])
    with call.write() as session:
        requesting.try_again(session, call.workspace_id, call.actor, ref.export, call.at)
    call.ack()
