"""How what people do reaches the app: over its socket or as signed HTTP, acknowledged in 3 s."""

import hashlib
import hmac
import json
import time
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.records import Delivery
from sandbox.socket_mode import Connections, NotConnected
from sandbox.state import Workspace


class NoAck(AssertionError):
    """The app did not take what was sent to it; the person sees Slack's error."""

    def __init__(self, delivery: Delivery) -> None:
        what = delivery.payload.get("command") or delivery.payload.get("type", delivery.kind)
        super().__init__(f"{what} failed with the error {delivery.error}")
        self.error = delivery.error or ""
        self.delivery = delivery


class Carrier:
    """Carries payloads to the app and keeps what became of them."""

    def __init__(self, workspace: Workspace, connections: Connections, secret: str) -> None:
        self.request_url: str | None = None
        self.deliveries: list[Delivery] = []
        self.ack_within_s = 3.0
        self._workspace = workspace
        self._connections = connections
        self._secret = secret

    def deliver(self, kind: str, payload: dict[str, Any]) -> Delivery:
        """Send a payload and wait for its acknowledgement; the caller holds no lock."""
        via = "http" if self.request_url else "socket"
        now = self._workspace.clock.now()
        # What was sent is what the payload was then: it holds parts of live messages and views.
        delivery = Delivery(kind, json.loads(json.dumps(payload)), now, via)
        self.deliveries.append(delivery)
        began = time.perf_counter()
        try:
            delivery.ack = self._send(kind, delivery.payload)
            delivery.ack_ms = (time.perf_counter() - began) * 1000
        except TimeoutError:
            delivery.error = "operation_timeout"
        except (NotConnected, OSError, HTTPException):
            delivery.error = "dispatch_failed"
        except Refused as refused:
            delivery.error = refused.error
        if delivery.error:
            self._workspace.find_fault(kind, delivery.error, "the app did not acknowledge")
        return delivery

    def demand(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Deliver and return the acknowledgement's payload, or raise NoAck."""
        delivery = self.deliver(kind, payload)
        if delivery.error or delivery.ack is None:
            raise NoAck(delivery)
        return delivery.ack

    def _send(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        if self.request_url is None:
            return self._connections.send(kind, payload, self.ack_within_s)
        return self._post(self.request_url, *_encode(kind, payload))

    def _post(self, url: str, content_type: str, body: str) -> dict[str, Any]:
        address = urlsplit(url)
        timestamp = str(int(self._workspace.clock.now().timestamp()))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        connection = HTTPConnection(address.hostname or "", address.port, self.ack_within_s)
        try:
            connection.request("POST", address.path or "/", body.encode(), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise Refused("http_client_error" if answer.status < 500 else "http_service_error")
        return _ack_payload(answer.headers.get("Content-Type", ""), text)


class Refused(Exception):
    """The app answered with another status than 200."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def sign(secret: str, timestamp: str, body: str) -> str:
    """Return Slack's v0 signature of a request."""
    signed = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={signed.hexdigest()}"


def _encode(kind: str, payload: dict[str, Any]) -> tuple[str, str]:
    if kind == "events_api":
        return "application/json", json.dumps(payload)
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urlencode(fields)


def _ack_payload(content_type: str, text: str) -> dict[str, Any]:
    if not text:
        return {}
    if content_type.startswith("application/json"):
        payload: dict[str, Any] = json.loads(text)
        return payload
    return {"text": text}
