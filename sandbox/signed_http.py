"""Requests to an app as Slack makes them: encoded by kind, signed, with retry headers."""

import hashlib
import hmac
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.records import Delivery


class Refused(Exception):
    """The app answered with a status that is no acknowledgement; `final` asks for no retry."""

    def __init__(self, status: int, *, final: bool) -> None:
        self.error = "http_client_error" if status < 500 else "http_service_error"
        super().__init__(self.error)
        self.final = final


def post(
    url: str, delivery: Delivery, secret: str, timestamp: str, timeout_s: float
) -> dict[str, Any]:
    """Send a delivery and return what is in its acknowledgement.

    Raises Refused for another status than 200 (for events, than 2xx), and OSError or
    HTTPException where there is no answer.
    """
    address = urlsplit(url)
    content_type, body = _encode(delivery.kind, delivery.payload)
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(secret, timestamp, body),
    }
    if delivery.retry:
        headers["X-Slack-Retry-Num"] = str(delivery.retry)
        headers["X-Slack-Retry-Reason"] = delivery.retry_reason
    connection = HTTPConnection(address.hostname or "", address.port, timeout_s)
    try:
        connection.request("POST", address.path or "/", body.encode(), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    is_taken = answer.status == 200 or (delivery.kind == "events_api" and answer.status // 100 == 2)
    if not is_taken:
        final = answer.headers.get("X-Slack-No-Retry") == "1"
        raise Refused(answer.status, final=final)
    return _ack_payload(answer.headers.get("Content-Type", ""), text)


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
