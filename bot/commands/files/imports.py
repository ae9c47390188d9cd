"""`/portfolio import`: a file brought in by a form, page by page; nothing before the yes.

It acks and draws its pages itself: each asks what the file's columns are, which are other questions
with every file, and a long one is read after the ack.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot.commands.routes import open_typed
from bot.slack.answering import NOT_REACHED
from bot.slack.asking.downloads import download
from bot.slack.asking.member_names import read_member_names
from bot.slack.asking.members import CannotSay
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import OldButton, whole
from bot.views.files import import_form
from bot.views.files.import_form import UploadRef
from bot.workflows.files import uploading
from bot.workflows.files.previewing import kind_of, look_ahead, names_people, preview
from models.errors import FieldMistakes, Mistake
from models.files.kinds import ColumnMistake
from models.files.names import NOBODY
from models.files.table import ENCODINGS, MOST_BYTES, Table, TooLarge, read_uploaded
from models.files.upload import Upload, UploadKind
from models.people.role import NotAllowed
from models.portfolio.portfolio import Portfolio

GONE = frozenset({"not_found", "view_not_found"})
ACK_TAKES_SECONDS = 0.5

View = dict[str, Any]

log = structlog.get_logger(__name__)


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio import`."""
    with call.database.read() as session:
        open_to = uploading.open_to(session, call.workspace_id, call.actor)
        form = import_form.file_form(open_to)
    open_typed(call, form, "/portfolio import")


def read_file(call: Call) -> None:
    """Say at once that the file is read; fetch it, keep it, and show what its columns may be."""
    portfolio_id, kind, file = _chosen(call.view)
    encoding = _encoding(call.view)
    with call.database.read() as session:
        uploading.portfolio_to_fill(session, call.workspace_id, call.actor, portfolio_id)
        try:
            uploading.portfolio_to_fill(session, call.workspace_id, call.actor, portfolio_id, kind)
        except NotAllowed as refused:
            raise FieldMistakes({import_form.KIND: refused.sentence}) from refused
    if int(file.get("size") or 0) > MOST_BYTES:
        raise FieldMistakes({import_form.FILE: TooLarge(int(file["size"])).sentence})
    name = str(file.get("name") or "file")
    call.ack(response_action="update", view=import_form.reading(name))
    kept: list[int] = []

    def matching() -> View:
        content = download(call.client, file, MOST_BYTES)
        table = read_uploaded(content, encoding)
        with call.write(again=True) as session:
            upload = uploading.keep(
                session,
                call.workspace_id,
                call.actor,
                portfolio_id,
                kind,
                uploading.File(name, content, encoding),
                table,
                call.at,
            )
            kept.append(upload.id)
        return _match_form(call, upload, table, upload.matching)

    def once_more(mistake: str) -> View:
        with call.database.read() as session:
            open_to = uploading.open_to(session, call.workspace_id, call.actor)
            return import_form.file_form(open_to, portfolio_id, kind, encoding, mistake=mistake)

    if not _show_later(call, matching, once_more) and kept:
        with call.write(again=True) as session:
            uploading.drop(session, kept[0])


def suggest_columns(call: Call) -> None:
    """The columns of the file with what was typed in their names."""
    with call.database.read() as session:
        upload = _upload(call, session)
    block_id = str(call.body.get("block_id") or "")
    fields = {f"{import_form.MATCH}{each.name}": each.needed for each in kind_of(upload).fields}
    if block_id not in fields:
        raise OldButton
    typed = str(call.body.get("value") or "")
    call.ack(options=import_form.column_options(upload.columns, typed, needed=fields[block_id]))


def show_rows(call: Call) -> None:
    """Show what the first rows become, now that another column was chosen."""
    call.ack()

    def matching() -> View:
        with call.database.read() as session:
            upload = _upload(call, session, whole=True)
        return _match_form(call, upload, upload.read(), _matched(call.view, upload))

    _show_later(call, matching, import_form.stopped)


def read_as(call: Call) -> None:
    """Show the file as another encoding reads it; where that cannot, say so and stay."""
    encoding = _encoding(call.view)
    call.ack()

    def matching() -> View:
        with call.write(again=True) as session:
            upload = _upload(call, session)
            matching = _matched(call.view, upload)
            table = uploading.read_again(
                session, call.workspace_id, call.actor, upload.id, str(encoding), matching
            )
        return _match_form(call, upload, table, upload.matching)

    def as_before(mistake: str) -> View:
        try:
            with call.database.read() as session:
                upload = _upload(call, session, whole=True)
            table = upload.read()
        except Mistake:
            return import_form.stopped(mistake)
        return _match_form(call, upload, table, _matched(call.view, upload), mistake)

    _show_later(call, matching, as_before)


def look_at_all(call: Call) -> None:
    """Keep the matching, say at once that it is looked at, and show what all of it comes to."""
    upload_id = _ref(call).upload
    with call.write(again=True) as session:
        upload = _upload(call, session)
        matching = _matched(call.view, upload)
        try:
            uploading.match(session, call.workspace_id, call.actor, upload_id, matching)
        except ColumnMistake as wrong:
            field = next(name for name, column in matching.items() if column == wrong.column)
            raise FieldMistakes({f"{import_form.MATCH}{field}": wrong.sentence}) from wrong
    call.ack(response_action="update", view=import_form.looking(upload.file_name))
    _show_later(call, lambda: _check_page(call), import_form.stopped)


def match_again(call: Call) -> None:
    """Show the matching once more in place of what it comes to."""
    call.ack()

    def matching() -> View:
        with call.database.read() as session:
            upload = _upload(call, session, whole=True)
        return _match_form(call, upload, upload.read(), upload.matching)

    _show_later(call, matching, import_form.stopped)


def choose_again(call: Call) -> None:
    """Begin again with a file."""
    with call.database.read() as session:
        open_to = uploading.open_to(session, call.workspace_id, call.actor)
        form = import_form.file_form(open_to)
    call.update_form(form)
    call.ack()


def bring_in(call: Call) -> None:
    """Have the worker bring it in; a second click changes nothing."""
    with call.write(again=True) as session:
        upload = uploading.confirm(
            session, call.workspace_id, call.actor, _ref(call).upload, call.at
        )
    call.ack(response_action="update", view=import_form.on_its_way(upload))


def _check_page(call: Call) -> View:
    with call.database.read() as session:
        upload = _upload(call, session, whole=True)
    table = upload.read()
    people = _people(call) if names_people(table, upload.matching) else NOBODY
    with call.database.read() as session:
        portfolio = _portfolio(call, session, upload)
        foreseen = look_ahead(
            session,
            portfolio,
            upload.kind,
            table,
            upload.matching,
            call.at,
            may_found=uploading.may_found(session, portfolio, call.actor),
            people=people,
        )
        before = uploading.loaded_before(session, upload)
        return import_form.check_page(upload, portfolio, foreseen.outlook, before)


def _people(call: Call) -> Mapping[str, str]:
    """Members by their names. Raises CannotSay."""
    try:
        return read_member_names(call.client, str(call.args.context.team_id))
    except (SlackApiError, *NOT_REACHED) as error:
        log.info("members not told", error=str(error)[:200])
        raise CannotSay from error


def _match_form(
    call: Call,
    upload: Upload,
    table: Table,
    matching: Mapping[str, str],
    unread: str | None = None,
) -> View:
    with call.database.read() as session:
        portfolio = _portfolio(call, session, upload)
        found = preview(session, portfolio, upload.kind, table, matching, call.at)
        before = uploading.loaded_before(session, upload)
        return import_form.match_form(upload, portfolio, found, before, matching, unread)


def _show_later(call: Call, draw: Callable[[], View], otherwise: Callable[[str], View]) -> bool:
    """Draw what takes long after the ack and show it; whether the form was still there.

    Whatever goes wrong is shown in its place: nobody is left waiting. An ack and a call travel
    apart, so that the call gives the ack time to be there first.
    """
    acked_at = time.monotonic()
    try:
        view = draw()
    except Mistake as mistake:
        view = otherwise(mistake.sentence)
    except Exception:
        reference = uuid4().hex[:8]
        log.exception("handler failed", handler="imports", reference=reference)
        view = otherwise(f"Something broke on Tack's side. Tell an admin: {reference}.")
    time.sleep(max(0.0, acked_at + ACK_TAKES_SECONDS - time.monotonic()))
    try:
        call.client.views_update(view_id=call.view["id"], view=view)
    except SlackApiError as error:
        if error.response.get("error") not in GONE:
            raise
        return False
    except NOT_REACHED as error:
        log.info("a form stays as it was", error=str(error)[:200])
    return True


def _chosen(view: Mapping[str, Any]) -> tuple[int, UploadKind | None, Mapping[str, Any]]:
    """The portfolio, what the rows are if that was said, and the file as Slack tells of it."""
    typed = answers_of(view)
    portfolio_id = whole(typed.get(import_form.PORTFOLIO))
    kind = typed.get(import_form.KIND)
    found_out = kind == import_form.FIND_KIND["value"]
    if kind is None or not (found_out or kind in {each.value for each in UploadKind}):
        raise OldButton
    files = view["state"]["values"].get(import_form.FILE, {}).get(import_form.FILE, {}).get("files")
    if not files:
        raise FieldMistakes({import_form.FILE: "Choose the file to import."})
    return portfolio_id, None if found_out else UploadKind(kind), files[0]


def _encoding(view: Mapping[str, Any]) -> str | None:
    """The encoding that was chosen; None has it found out. Raises OldButton."""
    chosen = answers_of(view).get(import_form.ENCODING)
    if chosen in (None, import_form.FOUND_OUT):
        return None
    if chosen not in ENCODINGS:
        raise OldButton
    return chosen


def _matched(view: Mapping[str, Any], upload: Upload) -> dict[str, str]:
    """Which column was chosen for which field. Raises OldButton."""
    matching = {}
    for block_id, chosen in answers_of(view).items():
        name = block_id.removeprefix(import_form.MATCH)
        if name == block_id or chosen in (None, import_form.LEAVE_OUT):
            continue
        if (place := whole(chosen)) >= len(upload.columns):
            raise OldButton
        matching[name] = upload.columns[place]
    return matching


def _ref(call: Call) -> UploadRef:
    return UploadRef.read(call.view["private_metadata"])


def _upload(call: Call, session: Session, *, whole: bool = False) -> Upload:
    return uploading.upload_of(
        session, call.workspace_id, call.actor, _ref(call).upload, whole=whole
    )


def _portfolio(call: Call, session: Session, upload: Upload) -> Portfolio:
    return uploading.portfolio_to_fill(session, call.workspace_id, call.actor, upload.portfolio_id)
