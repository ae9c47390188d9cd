"""`/portfolio streams`: the value streams, added, changed, limited, merged and split."""

from sqlalchemy.orm import Session

from bot.commands.portfolio import limits, pages
from bot.commands.portfolio import merging as restructuring
from bot.commands.portfolio.stream_typed import check_choices, stream_typed
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import SettingRef, StreamDo
from bot.views.portfolio import stream_page, told_changes
from bot.workflows.portfolio import streams as streaming
from models.portfolio.portfolio import ChangedMeanwhile, ValueStream
from models.portfolio.setup import StreamSetup


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio streams`."""
    pages.show_page(call, "streams", "/portfolio streams")


def open_page(call: Call) -> None:
    """Put the list on top of the steps or the settings."""
    pages.show_on_top(call, "streams")


def turn_page(call: Call) -> None:
    """Show another page of the list in its place."""
    pages.redraw(call, SettingRef.read(call.action["value"]), "streams")


def open_add(call: Call) -> None:
    """Open an empty form."""
    ref = pages.ref_on_top(call)
    with call.database.read() as session:
        pages.check_set_up(call, session, pages.portfolio_of(call, session, ref))
    call.open_form(stream_page.stream_form(None, ref))
    call.ack()


def open_from_home(call: Call) -> None:
    """Open the form of a stream that has no owner yet."""
    ref = SettingRef.read(call.action["value"])
    _open_edit(call, ref.model_copy(update={"at": int(call.at.timestamp() * 1_000)}))


def choose(call: Call) -> None:
    """Do what was chosen from the menu of a stream."""
    chosen = StreamDo.read(call.action["selected_option"]["value"])
    ref = pages.ref_on_top(call, chosen.stream)
    if chosen.do == "limits":
        limits.open_form(call, ref)
    elif chosen.do == "merge":
        restructuring.open_merge(call, ref)
    elif chosen.do == "split":
        restructuring.open_split(call, ref)
    else:
        _open_edit(call, ref)


def save(call: Call) -> None:
    """Store the stream as the form says."""
    ref = SettingRef.read(call.view["private_metadata"])
    setup = stream_typed(answers_of(call.view))
    if ref.subject is None:
        _add(call, ref, setup)
        return
    with call.database.read() as session:
        before = streaming.stream_of(session, call.workspace_id, ref.subject)
    outside = check_choices(call, setup, before)
    try:
        with call.write() as session:
            _, changes = streaming.change_stream(
                session, call.workspace_id, call.actor, ref.subject, ref.version, setup, call.at
            )
    except ChangedMeanwhile as changed:
        again, note = pages.meanwhile(call, ref, changed, ref.subject)
        pages.form_again(call, stream_page.stream_form(setup, again, note))
        return
    pages.close_form(call, ref, told_changes.both(told_changes.saved(changes), outside))


def _add(call: Call, ref: SettingRef, setup: StreamSetup) -> None:
    outside = check_choices(call, setup, None)
    with call.write() as session:
        stream = streaming.add_stream(
            session, call.workspace_id, call.actor, ref.portfolio, setup, call.at
        )
    note = told_changes.done("stream_added", stream=stream)
    pages.close_form(call, ref, told_changes.both(note, outside))


def _open_edit(call: Call, ref: SettingRef) -> None:
    with call.database.read() as session:
        stream = _stream(session, call, ref)
        pages.check_set_up(call, session, stream.portfolio)
        now = ref.model_copy(update={"version": stream.version})
        form = stream_page.stream_form(streaming.setup_of(stream), now)
    call.open_form(form)
    call.ack()


def _stream(session: Session, call: Call, ref: SettingRef) -> ValueStream:
    return streaming.stream_of(session, call.workspace_id, ref.subject or 0)
