"""What Slack's own client says to a form before the app hears of it."""

import re
from datetime import date
from typing import Any

from sandbox.elements import KINDS, Placed, Values, interactive
from sandbox.files import extension

FILES_MOST = 10
FILE_BYTES_MOST = 10 * 1024 * 1024
REQUIRED = "Please complete this required field."
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
URL = re.compile(r"https?://\S+")


def complaints(blocks: list[dict[str, Any]], values: Values) -> dict[str, str]:
    """Return what is wrong at which block, if anything."""
    found = {}
    for placed in interactive(blocks):
        if placed.is_input:
            block_id = placed.block["block_id"]
            complaint = _complaint(placed, values[block_id][placed.element["action_id"]])
            if complaint:
                found[block_id] = complaint
    return found


def about_file(element: dict[str, Any], held: int, name: str, size: int) -> str | None:
    """Return why a field that holds so many files does not take one more of this name and size."""
    most, types = element.get("max_files", FILES_MOST), element.get("filetypes")
    if held >= most:
        return f"Please add at most {most} {'file' if most == 1 else 'files'}."
    if types and extension(name) not in {each.lower().removeprefix(".") for each in types}:
        return f"{name} cannot be added here: please choose a file of type {', '.join(types)}."
    if size > FILE_BYTES_MOST:
        return f"{name} is larger than 10 MB."
    return None


def _complaint(placed: Placed, entry: dict[str, Any]) -> str | None:
    element = placed.element
    value = entry.get(KINDS[element["type"]].field)
    if value in (None, "", []):
        return None if placed.block.get("optional") else REQUIRED
    match element["type"]:
        case "plain_text_input":
            return _length(element, value)
        case "number_input":
            return _number(element, value)
        case "email_text_input" if not EMAIL.fullmatch(value):
            return "Please enter a valid email address."
        case "url_text_input" if not URL.fullmatch(value):
            return "Please enter a valid URL."
        case "datepicker" if not _is_date(value):
            return "Please enter a valid date."
    return None


def _length(element: dict[str, Any], value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    if len(value) > most:
        return f"Please enter at most {most} characters."
    return None


def _number(element: dict[str, Any], value: str) -> str | None:
    whole = not element.get("is_decimal_allowed")
    if not re.fullmatch(r"-?\d+" if whole else r"-?\d+(\.\d+)?", value):
        return "Please enter a whole number." if whole else "Please enter a number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(value) < float(least):
        return f"Please enter a number of at least {least}."
    if most is not None and float(value) > float(most):
        return f"Please enter a number of at most {most}."
    return None


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
