"""Small payloads for the page to show."""


def plain(text):
    return {"type": "plain_text", "text": text}


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def options(*words):
    return [{"text": plain(word), "value": word.lower()} for word in words]


def button(text, action_id="go", **more):
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements):
    return {"type": "actions", "block_id": "actions", "elements": list(elements)}


def field(label, kind, **element):
    """An input block; `optional`, `hint` and `dispatch_action` are the block's."""
    own = {k: element.pop(k) for k in ("optional", "hint", "dispatch_action") if k in element}
    element = {"type": kind, "action_id": "it", **element}
    return {"type": "input", "block_id": label, "label": plain(label), "element": element, **own}


def modal(*blocks, title="Form", callback_id="form", **more):
    view = {"type": "modal", "callback_id": callback_id, "title": plain(title)}
    return view | {"submit": plain("Send"), "blocks": list(blocks)} | more


CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("This is final."),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}
