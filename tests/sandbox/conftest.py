"""A small real Bolt app that talks with a sandbox, over Socket Mode and over HTTP."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from sandbox import Sandbox

Arrive = Callable[[App, Sandbox], AbstractContextManager[object]]

MANIFEST = {
    "display_information": {"name": "Ideas"},
    "features": {
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [
            {"command": "/idea", "description": "Propose an idea", "usage_hint": "[title]"},
            {"command": "/mentions", "description": "Mentions", "should_escape": True},
        ],
        "shortcuts": [
            {"name": "Make it an idea", "callback_id": "from_message", "type": "message"},
            {"name": "New idea", "callback_id": "from_anywhere", "type": "global"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "app_mentions:read",
                "chat:write",
                "files:read",
                "files:write",
                "users:read",
                "usergroups:read",
                "channels:read",
                "channels:history",
                "im:history",
                "im:write",
            ]
        }
    },
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention"]},
    },
}


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def over_http(app: App, slack: Sandbox) -> Iterator[None]:
    server = make_server("127.0.0.1", 0, SlackRequestHandler(app), handler_class=QuietHandler)
    thread = threading.Thread(target=lambda: server.serve_forever(0.01))
    thread.start()
    slack.deliver_over_http(f"http://127.0.0.1:{server.server_port}/slack/events")
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def hang_up(slack: Sandbox, handler: SocketModeHandler) -> None:
    """Let Slack end the connections first: the SDK's client would read for three more seconds, and
    closing it while its own thread closes is a race. A last message wakes the thread that waits a
    second for one."""
    handler.client.default_auto_reconnect_enabled = False
    handler.client.auto_reconnect_enabled = False
    slack.drop_connections()
    session = handler.client.current_session
    slack.wait_for(lambda: session is None or not session.is_active())
    handler.client.closed = True
    handler.client.enqueue_message("")
    handler.close()


@contextmanager
def over_socket(app: App, slack: Sandbox, ping_interval: float = 10) -> Iterator[SocketModeHandler]:
    handler = SocketModeHandler(app, slack.app_token, ping_interval=ping_interval)
    handler.connect()
    slack.wait_for(lambda: slack.connected)
    try:
        yield handler
    finally:
        hang_up(slack, handler)


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    with Sandbox(manifest=MANIFEST) as slack:
        slack.add_user("ana", real_name="Ana Alvarez", tz="Europe/Berlin")
        slack.add_user("ben", real_name="Ben Brandt")
        slack.add_channel("payments", members=["ana", "ben"])
        yield slack


@pytest.fixture
def client(slack: Sandbox) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, timeout=5, retry_handlers=[])


@pytest.fixture
def app(slack: Sandbox, client: WebClient) -> Iterator[App]:
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    with ThreadPoolExecutor(8) as executor:
        yield App(
            name="ideas",
            client=client,
            signing_secret=slack.signing_secret,
            listener_executor=executor,
            token_verification_enabled=False,
        )


@pytest.fixture(params=[over_socket, over_http], ids=["socket", "http"])
def arrive(request) -> Arrive:
    """Connect an app to the sandbox, one way or the other."""
    return request.param


@pytest.fixture
def connected(arrive: Arrive, app: App, slack: Sandbox) -> Iterator[App]:
    with arrive(app, slack):
        yield app


@pytest.fixture
def socket_handler(app: App, slack: Sandbox) -> Iterator[SocketModeHandler]:
    """slack_sdk's own client, connected; it soon doubts a connection that does not answer."""
    with over_socket(app, slack, ping_interval=0.2) as handler:
        yield handler


@pytest.fixture
def connected_over_http(app: App, slack: Sandbox) -> Iterator[App]:
    with over_http(app, slack):
        yield app
