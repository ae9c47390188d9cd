"""The rules this Slack holds an app to, beside those of Block Kit: each with its source and status.

A pass in the sandbox rests on these. What is *guessed* should be tried in a real workspace first.
"""

from sandbox.blockkit.problems import DOCUMENTED, GUESSED, OBSERVED, Rule

DOCS = "docs.slack.dev"
METHODS = f"{DOCS}/reference/methods"
EVENTS = f"{DOCS}/apis/events-api"
SOCKETS = f"{EVENTS}/using-socket-mode"
COMMANDS = f"{DOCS}/interactivity/implementing-slash-commands"
ACTIONS = f"{DOCS}/interactivity/handling-user-interaction"
MODALS = f"{DOCS}/surfaces/modals"
HOME = f"{DOCS}/surfaces/app-home"
CHANGES = f"{DOCS}/reference/events"
UPLOAD = f"{METHODS}/files.getUploadURLExternal"
COMPLETE = f"{METHODS}/files.completeUploadExternal"
KIT = f"{DOCS}/reference/block-kit"
LIMITS = f"{DOCS}/apis/web-api/rate-limits"
NO_SOURCE = "no source found; the stricter reading"


def _rules(status: str, *rows: tuple[str, str, str]) -> dict[str, Rule]:
    return {row[0]: Rule(*row, status) for row in rows}


_READ = _rules(
    DOCUMENTED,
    ("token.kind", "each method takes one kind of token", f"{METHODS}/auth.test"),
    ("token.worn", "a revoked or expired token is refused", f"{METHODS}/auth.test"),
    ("scope.needed", "a call needs its scope of the manifest", f"{DOCS}/reference/scopes"),
    ("method.known", "unknown_method", f"{DOCS}/apis/web-api"),
    ("argument.needed", "a missing argument is refused by name", f"{DOCS}/apis/web-api"),
    ("limits.tiers", "20, 50 or 100 calls a minute by tier", LIMITS),
    ("limits.posts", "one post a second and channel, in short bursts", LIMITS),
    ("message.member", "an app posts where it is a member", f"{METHODS}/chat.postMessage"),
    ("message.length", "text is cut after 40,000 characters", f"{METHODS}/chat.postMessage"),
    ("message.tab", "no direct messages without a messages tab", f"{METHODS}/chat.postMessage"),
    ("message.read_only", "a read-only messages tab takes no words", HOME),
    ("update.own", "only own messages are updated", f"{METHODS}/chat.update"),
    ("update.blocks", "an update without blocks removes them", f"{METHODS}/chat.update"),
    ("update.length", "an update has at most 4,000 characters", f"{METHODS}/chat.update"),
    ("delete.own", "only own messages are deleted", f"{METHODS}/chat.delete"),
    ("ephemeral.member", "private words are for active members", f"{METHODS}/chat.postEphemeral"),
    ("ephemeral.gone", "private words are never updated", f"{METHODS}/chat.postEphemeral"),
    ("schedule.ahead", "between now and in 120 days", f"{METHODS}/chat.scheduleMessage"),
    ("schedule.many", "30 per five minutes and channel", f"{METHODS}/chat.scheduleMessage"),
    ("schedule.metadata", "with metadata it never posts", f"{METHODS}/chat.scheduleMessage"),
    ("schedule.back", "taken back until a minute before", f"{METHODS}/chat.deleteScheduledMessage"),
    ("response_url.five", "five answers", ACTIONS),
    ("response_url.half_hour", "for half an hour", ACTIONS),
    ("trigger.once", "a trigger opens one view, within three seconds", MODALS),
    ("trigger.names", "its refusals have two families of names", f"{METHODS}/views.open"),
    ("view.stack", "three views on a stack", MODALS),
    ("view.size", "at most 250 KB", f"{METHODS}/views.open"),
    ("view.hash", "a stale hash is refused", f"{METHODS}/views.update"),
    ("view.external_id", "an external_id names one view", f"{METHODS}/views.open"),
    ("view.closed", "closing is told only when asked for", MODALS),
    ("view.ack", "a plain close has an empty ack", MODALS),
    ("view.errors", "errors blame inputs of the view", MODALS),
    ("home.enabled", "a Home needs its tab in the manifest", f"{METHODS}/views.publish"),
    ("command.declared", "only declared commands exist", COMMANDS),
    ("interactivity.declared", "no interaction without the setting", ACTIONS),
    ("guest.restricted", "a guest is is_restricted, in own channels", f"{METHODS}/users.info"),
    ("deleted.open", "user_disabled", f"{METHODS}/conversations.open"),
    ("stranger.team", "a stranger's click has their team_id", f"{DOCS}/apis/slack-connect"),
    ("user.list", "users.list tells of deleted members and bots, too", f"{METHODS}/users.list"),
    ("group.plan", "plan_upgrade_required", f"{METHODS}/usergroups.users.list"),
    ("group.unknown", "no_such_subteam", f"{METHODS}/usergroups.users.list"),
    ("ack.three_seconds", "operation_timeout without an ack in 3 s", COMMANDS),
    ("ack.status", "another status than 200 is a failure", ACTIONS),
    ("retry.events", "events again at once, after 1 and 5 minutes", EVENTS),
    ("retry.no_retry", "x-slack-no-retry: 1 ends that", EVENTS),
    ("command.escape", "should_escape turns @names and #channels into ids", COMMANDS),
    ("event.scope", "an event needs its scope of the manifest", f"{DOCS}/reference/scopes"),
    ("event.group", "a group's people as difference and whole", f"{CHANGES}/subteam_updated"),
    ("event.disabled", "a disabled group by subteam_updated", f"{CHANGES}/subteam_updated"),
    ("event.user", "who is deactivated by user_change", f"{CHANGES}/user_change"),
    ("event.channel", "archived, restored and deleted channels", f"{CHANGES}/channel_archive"),
    ("file.length", "a length of 0 is a missing_argument", UPLOAD),
    ("file.alt_length", "alt_txt has at most 1,000 characters", UPLOAD),
    ("file.bytes", "bytes are sent raw or in a form", UPLOAD),
    ("file.once", "an upload is completed once", UPLOAD),
    ("file.scopes", "files:write to upload, files:read to ask", f"{METHODS}/files.info"),
    ("file.private", "private until it is shared", COMPLETE),
    ("file.comment", "blocks beside initial_comment are ignored", COMPLETE),
    ("file.channels", "`channels` takes ids of people, too", COMPLETE),
    ("file.old_upload", "files.upload is method_deprecated", f"{METHODS}/files.upload"),
    (
        "file.image",
        "an image shows a PNG, JPEG or GIF that the app may read",
        f"{KIT}/composition-objects/slack-file-object",
    ),
    (
        "file.field",
        "a field takes max_files of filetypes, 10 MB each",
        f"{KIT}/block-elements/file-input-element",
    ),
    (
        "file.token",
        "downloads need the token and files:read",
        f"{DOCS}/reference/objects/file-object",
    ),
    ("signature.moment", "requests are signed with their moment", f"{DOCS}/authentication"),
    ("socket.ten", "ten connections, then too_many_websockets", SOCKETS),
    ("socket.warning", "a warning ten seconds before a refresh", SOCKETS),
    ("socket.disabled", "link_disabled, and no new connection", SOCKETS),
)
_SEEN = _rules(
    OBSERVED,
    ("command.failed", "dispatch_failed where no app is", "errors people report in public issues"),
    (
        "file.later",
        "type, size, shares and the message come after a while",
        "bolt-js issue 2115, node-slack-sdk issues 2040 and 2260",
    ),
    ("file.early", "invalid slack file until then", "python-slack-sdk issue 1521"),
    ("file.direct", "channel_id takes nobody's user id", "node-slack-sdk issue 1653"),
    ("file.member", "chat:write.public shares no files", "getnao/nao issue 1372"),
    ("file.markdown", "a markdown block is an internal_error", "python-slack-sdk issue 1756"),
    (
        "file.alt_text",
        "with alt_txt what is no picture never appears",
        "python-slack-sdk issues 1818 and 1575",
    ),
    (
        "file.sign_in",
        "without token or scope the page to sign in, with 200",
        "bolt-js issue 2585, deno-slack-sdk issue 285, vercel/eve pull request 1531",
    ),
    ("stranger.form", "app_installed_team_id in their forms", "source of slack_bolt"),
    ("retry.never", "commands and interactions never", "python-slack-sdk issue 1940"),
    ("retry.envelope", "retry_reason is timeout in envelopes", "bolt-js issue 2487"),
    (
        "socket.ghosts",
        "lost connections are counted and given envelopes",
        "python-slack-sdk issue 1940",
    ),
)
_GUESSED = _rules(
    GUESSED,
    ("scope.known", "a manifest asks for known scopes", f"{DOCS}/reference/scopes"),
    ("argument.unknown", "unknown arguments are ignored", NO_SOURCE),
    ("limits.workspace", "300 posts a minute and workspace", f"{LIMITS}: several hundred"),
    ("response_url.json", "a JSON object of known keys", ACTIONS),
    ("deleted.little", "a deleted user has no zone and no rights", NO_SOURCE),
    ("deleted.home", "user_not_found for the Home of a deleted user", NO_SOURCE),
    ("deleted.message", "user_not_found for a message to one", NO_SOURCE),
    ("stranger.command", "no command and no Home of the app", NO_SOURCE),
    ("group.disabled", "a disabled group is found when asked for", NO_SOURCE),
    ("group.deleted", "a deleted group by subteam_updated", NO_SOURCE),
    ("command.escape_group", "@handle becomes <!subteam^ID|@handle>", NO_SOURCE),
    ("file.size", "size is 0 until Slack has looked through it", NO_SOURCE),
    ("file.other_length", "other bytes than announced are refused", NO_SOURCE),
    ("file.twice", "file_not_found for a second completion", NO_SOURCE),
    ("file.archived", "posting_to_channel_denied where archived", COMPLETE),
    ("file.thread", "invalid_thread_ts where nothing is answered", NO_SOURCE),
    ("file.given", "a form's files may be read once it is sent", NO_SOURCE),
    ("file.shown", "who sees an image of a file may read it", NO_SOURCE),
    ("file.field_scope", "missing_scope for a field without files:read", NO_SOURCE),
    ("socket.ticket", "an address opens one connection", NO_SOURCE),
    ("socket.left_open", "nothing comes over an old connection", NO_SOURCE),
)
RULES: dict[str, Rule] = _READ | _SEEN | _GUESSED
