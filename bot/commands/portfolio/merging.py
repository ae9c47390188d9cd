"""Merging and splitting value streams: a form, a look at what it does, and then it is done."""

from bot.commands.portfolio import pages
from bot.commands.portfolio.stream_typed import check_choices, stream_typed
from bot.slack.blocks import OPTIONS_LIMIT, option
from bot.slack.hearing import Call
from bot.slack.typed import answers_of, lists_of
from bot.slack.values import MergePlan, OldButton, SettingRef, SplitPlan
from bot.views.portfolio import restructure_form, told_changes
from bot.workflows.portfolio import merging as restructuring
from bot.workflows.portfolio import streams as streaming
from models.errors import FieldMistakes
from models.portfolio.portfolio import ChangedMeanwhile, NothingToSplit, Stage
from models.portfolio.setup import StreamSetup


def open_merge(call: Call, ref: SettingRef) -> None:
    """Open the form that asks into which other stream."""
    with call.database.read() as session:
        source = streaming.stream_of(session, call.workspace_id, ref.subject or 0)
        pages.check_set_up(call, session, source.portfolio)
        now = ref.model_copy(update={"version": source.version})
        view = restructure_form.merge_form(source, now)
    call.open_form(view)
    call.ack()


def suggest_targets(call: Call) -> None:
    """The other streams of the portfolio, with what was typed in their names."""
    ref = SettingRef.read(call.view["private_metadata"])
    typed = call.body.get("value", "").strip().casefold()
    with call.database.read() as session:
        source = streaming.stream_of(session, call.workspace_id, ref.subject or 0)
        found = [
            option(f"{each.name[:60]} ({each.key_prefix})", str(each.id))
            for each in restructuring.streams_to_merge_into(session, source)
            if typed in f"{each.name} ({each.key_prefix})".casefold()
        ]
    call.ack(options=found[:OPTIONS_LIMIT])


def check_merge(call: Call) -> None:
    """Show what the merge does, in place of the form."""
    ref = SettingRef.read(call.view["private_metadata"])
    into = answers_of(call.view).get(restructure_form.INTO) or ""
    if not into.isdigit() or ref.subject is None:
        raise OldButton
    with call.database.read() as session:
        told = restructuring.preview_merge(
            session, call.workspace_id, call.actor, ref.subject, int(into)
        )
        view = restructure_form.merge_check(told, MergePlan(form=ref, into=int(into)))
    call.ack(response_action="update", view=view)


def merge(call: Call) -> None:
    """Merge them; the list below shows it."""
    plan = MergePlan.read(call.view["private_metadata"])
    ref = plan.form
    source_id = ref.subject or 0
    try:
        with call.write() as session:
            who, what = (call.workspace_id, call.actor), (source_id, plan.into)
            told = restructuring.merge(session, *who, *what, ref.version, call.at)
            done = restructure_form.merged(told)
            note = told_changes.done("merged", told=told)
    except ChangedMeanwhile as changed:
        again, said = pages.meanwhile(call, ref, changed, source_id)
        with call.database.read() as session:
            told = restructuring.preview_merge(
                session, call.workspace_id, call.actor, source_id, plan.into
            )
            plan = MergePlan(form=again, into=plan.into)
            view = restructure_form.merge_check(told, plan, said)
        pages.form_again(call, view)
        return
    pages.close_form(call, ref, note)
    call.tell(done, ref.channel)


def open_split(call: Call, ref: SettingRef) -> None:
    """Open the form of the new stream."""
    with call.database.read() as session:
        source = streaming.stream_of(session, call.workspace_id, ref.subject or 0)
        pages.check_set_up(call, session, source.portfolio)
        now = ref.model_copy(update={"version": source.version})
        view = restructure_form.split_form(source, now)
    call.open_form(view)
    call.ack()


def suggest_epics(call: Call) -> None:
    """The stream's open epics, with what was typed in key or title."""
    ref = SettingRef.read(call.view["private_metadata"])
    with call.database.read() as session:
        source = streaming.stream_of(session, call.workspace_id, ref.subject or 0)
        typed = call.body.get("value", "")
        found = restructuring.suggest_epics(session, source, call.actor, typed)
        options = [restructure_form.epic_option(epic) for epic in found]
    call.ack(options=options)


def check_split(call: Call) -> None:
    """Show what the split does, in place of the form."""
    ref = SettingRef.read(call.view["private_metadata"])
    setup = stream_typed(answers_of(call.view))
    chosen = lists_of(call.view).get(restructure_form.EPICS, ())
    if ref.subject is None or not all(each.isdigit() for each in chosen):
        raise OldButton
    outside = check_choices(call, setup, None)
    ids = tuple(int(each) for each in chosen)
    with call.database.read() as session:
        try:
            new, told = restructuring.preview_split(
                session, call.workspace_id, call.actor, ref.subject, setup, ids
            )
        except NothingToSplit as nothing:
            raise FieldMistakes({restructure_form.EPICS: nothing.sentence}) from nothing
        plan = _plan(ref, new, ids, call.actor)
        view = restructure_form.split_check(told, _setup(plan), plan, outside)
    call.ack(response_action="update", view=view)


def split(call: Call) -> None:
    """Split it; the list below shows it."""
    plan = SplitPlan.read(call.view["private_metadata"])
    ref, setup = plan.form, _setup(plan)
    source_id = ref.subject or 0
    try:
        with call.write() as session:
            who, what = (call.workspace_id, call.actor), (setup, plan.epics)
            told = restructuring.split(session, *who, source_id, ref.version, *what, call.at)
            done = restructure_form.split_done(told)
            note = told_changes.done("split", told=told)
    except ChangedMeanwhile as changed:
        again, said = pages.meanwhile(call, ref, changed, source_id)
        with call.database.read() as session:
            new, told = restructuring.preview_split(
                session, call.workspace_id, call.actor, source_id, setup, plan.epics
            )
            plan = plan.model_copy(update={"form": again})
            view = restructure_form.split_check(told, new, plan, said)
        pages.form_again(call, view)
        return
    pages.close_form(call, ref, note)
    call.tell(done, ref.channel)


def _plan(ref: SettingRef, new: StreamSetup, epics: tuple[int, ...], actor: str) -> SplitPlan:
    return SplitPlan(
        form=ref,
        name=new.name,
        key_prefix=new.key_prefix,
        owner=new.owner_user_id or actor,
        to_channel=new.channel_id,
        stage=new.stage.value,
        epics=epics,
    )


def _setup(plan: SplitPlan) -> StreamSetup:
    if plan.stage not in {each.value for each in Stage}:
        raise OldButton
    return StreamSetup(
        name=plan.name,
        key_prefix=plan.key_prefix,
        owner_user_id=plan.owner,
        channel_id=plan.to_channel,
        stage=Stage(plan.stage),
    )
