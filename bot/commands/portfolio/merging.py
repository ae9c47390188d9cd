"""Merging and splitting value streams: a form, a look at what it does, and then it is done."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer, sentence
from bot.slack.forms import Check, Open
from bot.slack.hearing import Call
from bot.views.portfolio.actions import MergeStream, SplitStream
from bot.views.portfolio.menu import stream_label
from bot.views.portfolio.merging import answer, lead, merge_check, split_check
from bot.workflows.portfolio import merging
from bot.workflows.portfolio.streams import STREAMS
from models.portfolio.forms import MergeForm, SplitForm

Typed = Mapping[str, str | None]


@routes.opens
def ask_where(call: Call, session: Session, it: MergeStream) -> Open | Answer:
    source = STREAMS.look(call.act(session), it.id)
    others = merging.streams_to_merge_into(session, source)
    if not others:
        return sentence(f"There is no other value stream that {source.name} could go into.")
    return Open(
        MergeForm,
        "Merge a value stream",
        MergeStream.of(source),
        facts={"streams": [(stream_label(each), each.id) for each in others]},
        lead=lead("merge_lead", source),
        submit="Check first",
    )


@routes.checks
def check_merge(
    call: Call, session: Session, form: MergeForm, about: MergeStream, typed: Typed
) -> Check:
    return merge_check(merging.preview_merge(session, *call.who, about.id, form.into_id))


@routes.saves
def merge(call: Call, session: Session, form: MergeForm, about: MergeStream) -> Answer:
    change = merging.merge(session, *call.who, about.id, form.into_id, about.version, call.at)
    return answer("merged", change)


@routes.opens
def ask_split(call: Call, session: Session, it: SplitStream) -> Open | Answer:
    """Ask what the new stream is, and which epics go there."""
    source = STREAMS.look(call.act(session), it.id)
    epics = merging.epics_to_split(session, source, call.actor)
    if not epics:
        return sentence(f"{source.name} has no open epic that could go to another value stream.")
    usual = {"owner_user_id": source.owner_user_id, "stage": source.stage}
    return Open(
        SplitForm,
        "Split a value stream",
        SplitStream.of(source),
        held=SplitForm.held_by(None) | usual,
        facts={"epics": epics},
        lead=lead("split_lead", source),
        submit="Check first",
    )


@routes.checks
def check_split(
    call: Call, session: Session, form: SplitForm, about: SplitStream, typed: Typed
) -> Check:
    new, change = merging.preview_split(session, *call.who, about.id, form, form.epic_ids)
    owner = {"owner_user_id": new.owner_user_id or call.actor}
    return split_check(change, new.model_copy(update=owner))


@routes.saves
def split(call: Call, session: Session, form: SplitForm, about: SplitStream) -> Answer:
    what = form, form.epic_ids
    change = merging.split(session, *call.who, about.id, about.version, *what, call.at)
    return answer("split_done", change)
