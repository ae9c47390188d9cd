"""The validator against a corpus of payloads, and against every way to spoil a valid one.

A payload of the corpus may say `{"$repeat": x, "times": n}`: the string or list x, n times over.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.blockkit import RULES, Problem, check_errors, check_message, check_view

CORPUS = Path(__file__).parent / "blockkit_corpus"
FREE_FORM = "/metadata/event_payload"
NONSENSE = {"no such": ["thing"]}


def expanded(part: Any) -> Any:
    if isinstance(part, dict) and "$repeat" in part:
        thing, times = part["$repeat"], part["times"]
        return thing * times if isinstance(thing, str) else expanded(thing * times)
    if isinstance(part, dict):
        return {key: expanded(value) for key, value in part.items()}
    if isinstance(part, list):
        return [expanded(value) for value in part]
    return part


def the_cases() -> Iterator[Any]:
    for path in sorted(CORPUS.glob("*.json")):
        for case in json.loads(path.read_text()):
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


CASES = list(the_cases())
VALID = [case for case in CASES if case.values[0]["verdict"] == "valid"]


def the_problems(surface: str, payload: Mapping[str, Any]) -> list[Problem]:
    return check_message(payload) if surface == "message" else check_view(payload)


def at_pointer(payload: Any, pointer: str) -> Any:
    for key in pointer.split("/")[1:]:
        payload = payload[int(key)] if isinstance(payload, list) else payload[key]
    return payload


def every_place(part: Any, pointer: str = "") -> Iterator[str]:
    """Every pointer below the payload; of a long list only the first item."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield f"{pointer}/{key}"
            yield from every_place(value, f"{pointer}/{key}")
    elif isinstance(part, list):
        for index, value in enumerate(part if len(part) < 10 else part[:1]):
            yield f"{pointer}/{index}"
            yield from every_place(value, f"{pointer}/{index}")


def spoilt_everywhere(case: dict[str, Any]) -> Iterator[tuple[str, list[Problem]]]:
    """What is found when one value of a payload after the other is replaced by nonsense."""
    payload = expanded(case["payload"])
    for pointer in list(every_place(payload)):
        parent, _, key = pointer.rpartition("/")
        holder = at_pointer(payload, parent)
        place = int(key) if isinstance(holder, list) else key
        sound = holder[place]
        for nonsense in (None, NONSENSE):
            holder[place] = nonsense
            yield pointer, the_problems(case["surface"], payload)
        holder[place] = sound


def a_home(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "home", "blocks": blocks}


def a_row(number: int) -> dict[str, Any]:
    def words(kind: str, text: str) -> dict[str, str]:
        return {"type": kind, "text": text}

    return {
        "type": "section",
        "block_id": f"epic-{number}",
        "text": words("mrkdwn", "*PAY-12 · Pay by bank transfer at checkout*" * 5),
        "accessory": {
            "type": "overflow",
            "action_id": "epic.more",
            "options": [
                {"text": words("plain_text", f"Move {n}"), "value": str(n)} for n in range(5)
            ],
        },
    }


@pytest.mark.parametrize("case", CASES)
def test_the_corpus_gets_its_verdict(case: dict[str, Any]) -> None:
    problems = the_problems(case["surface"], expanded(case["payload"]))

    assert sorted(problem.rule for problem in problems) == sorted(case.get("rules", []))
    if "pointer" in case:
        assert [problem.pointer for problem in problems] == [case["pointer"]]


@pytest.mark.parametrize("case", VALID)
def test_nonsense_anywhere_in_a_valid_payload_is_refused(case: dict[str, Any]) -> None:
    for pointer, problems in spoilt_everywhere(case):
        assert any(not problem.warning for problem in problems), pointer


@pytest.mark.parametrize("case", VALID)
def test_an_unknown_key_in_any_object_of_a_payload_is_refused(case: dict[str, Any]) -> None:
    payload = expanded(case["payload"])
    for pointer in list(every_place(payload)):
        part = at_pointer(payload, pointer)
        if isinstance(part, dict) and pointer != FREE_FORM:
            part["colour"] = "red"
            problems = the_problems(case["surface"], payload)
            assert [(found.pointer, found.rule) for found in problems] == [(pointer, "keys.known")]
            del part["colour"]


def test_every_rule_names_its_source_and_how_sure_it_is() -> None:
    for rule_id, rule in RULES.items():
        assert rule.id == rule_id
        assert rule.sentence
        assert rule.source
        assert rule.status in {"documented", "observed", "guessed"}


def test_every_case_names_its_source_and_how_sure_its_verdict_is() -> None:
    for case in (case.values[0] for case in CASES):
        assert case["source"], case["name"]
        assert case["status"] in {"documented", "observed", "guessed"}, case["name"]


def test_every_rule_of_the_table_is_broken_by_the_corpus_or_by_nonsense_in_it() -> None:
    broken = {rule for case in CASES for rule in case.values[0].get("rules", [])}
    for case in VALID:
        for _, problems in spoilt_everywhere(case.values[0]):
            broken |= {problem.rule for problem in problems}

    assert broken == set(RULES) - {"answer.errors"}  # which is asked of answers, not of payloads


def test_every_required_field_is_missed_somewhere_in_the_corpus() -> None:
    required = {rule_id for rule_id, rule in RULES.items() if "(required)" in rule.sentence}
    missed = set()
    for case in CASES:
        name, payload = case.values[0]["surface"], expanded(case.values[0]["payload"])
        found = the_problems(name, payload)
        missed |= {p.rule for p in found if p.message.startswith("missing required field")}

    assert required - missed == set()


def test_a_problem_says_where_in_slacks_own_words() -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}

    assert check_message({"text": "x", "blocks": [header]}) == [
        Problem(
            pointer="/blocks/0/text/text",
            message="must be less than 151 characters [json-pointer:/blocks/0/text/text]",
            code="invalid_blocks",
            rule="header.text",
        )
    ]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": {}}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [{}]}, "invalid_blocks"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "x", "metadata": {}}, "invalid_metadata_format"),
    ],
)
def test_a_broken_message_gets_slacks_error_name(payload: dict[str, Any], code: str) -> None:
    assert {problem.code for problem in check_message(payload)} == {code}


def test_a_broken_view_is_an_invalid_argument() -> None:
    assert {problem.code for problem in check_view(a_home([{}]))} == {"invalid_arguments"}


def test_advice_of_the_house_is_a_warning_and_slacks_rules_are_not() -> None:
    advice = check_message({"blocks": [{"type": "divider"}]})
    refusal = check_message({"text": "x", "blocks": [{"type": "ballot"}]})

    assert [problem.warning for problem in advice] == [True]
    assert [problem.warning for problem in refusal] == [False]
    assert str(advice[0]).startswith("[WARN] text is missing")
    assert str(refusal[0]) == "[ERROR] unsupported type: ballot [json-pointer:/blocks/0/type]"


def test_arguments_that_are_not_content_are_left_alone() -> None:
    assert check_message({"text": "x", "channel": "C1", "unfurl_links": False}) == []


def test_the_answer_to_a_form_may_only_blame_its_inputs() -> None:
    element = {"type": "plain_text_input"}
    label = {"type": "plain_text", "text": "Name"}
    field = {"type": "input", "block_id": "name", "label": label, "element": element}
    view = {"type": "modal", "blocks": [field, {"type": "divider", "block_id": "line"}]}

    assert check_errors({"name": "Give it a few words."}, view) == []
    assert [p.pointer for p in check_errors({"line": "No.", "x": "No."}, view)] == [
        "/errors/line",
        "/errors/x",
    ]
    assert [p.rule for p in check_errors({"name": ""}, view)] == ["answer.errors"]
