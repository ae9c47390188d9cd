"""What is asked of themes, objectives and key results, and what cannot be taken."""

from datetime import date
from decimal import Decimal

import pytest

from models.errors import FieldMistakes
from models.themes.aim import KeyResultForm, ObjectiveForm, ReadingForm, ThemeForm
from models.themes.theme import MOST_KEY_RESULTS, EnoughKeyResults, KeyResult, Objective

FACTS = {"today": date(2026, 5, 18), "unit": "", "themes": [("Fewer abandoned purchases", 3)]}


@pytest.mark.parametrize(
    ("form", "answers", "errors"),
    [
        (ThemeForm, {"name": " 🎉 "}, {"name": "Give it a few words"}),
        (ThemeForm, {"name": "x" * 101}, {"name": "Up to 100 characters"}),
        (ObjectiveForm, {"title": ""}, {"title": "What should be true?"}),
        (ObjectiveForm, {"title": "A", "due_on": "soon"}, {"due_on": "Write a date"}),
        (ObjectiveForm, {"title": "A", "theme_id": "4"}, {"theme_id": "Choose one from the list."}),
        (KeyResultForm, {"title": "A", "baseline": "lots"}, {"baseline": "Write a number"}),
        (
            KeyResultForm,
            {"title": "A", "baseline": "61", "target": "61,0"},
            {"target": "It started at 61 and should be 61.0"},
        ),
        (ReadingForm, {"current_on": "2026-06-01"}, {"current_on": "1 Jun 2026 is in the future."}),
        (ReadingForm, {"current": "1.234"}, {"current": "Is that a thousand"}),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(form, answers, errors):
    with pytest.raises(FieldMistakes) as refused:
        form.read(answers, FACTS)
    assert refused.value.errors.keys() == errors.keys()
    for name, said in errors.items():
        assert refused.value.errors[name].startswith(said)


def test_figures_are_read_as_everywhere_and_what_is_empty_stays_unknown():
    form = KeyResultForm.read({"title": "Completion", "baseline": "61,5 %", "target": ""})
    assert (form.baseline, form.target, form.unit) == (Decimal("61.5"), None, None)


def test_a_key_result_without_a_figure_is_not_known_as_of_any_day():
    result = KeyResult(current=Decimal(3), current_on=date(2026, 5, 1))
    result.read(None, date(2026, 5, 18))
    assert (result.current, result.current_on) == (None, None)


def test_an_objective_has_as_many_key_results_as_a_form_shows():
    objective = Objective(key_results=[KeyResult() for _ in range(MOST_KEY_RESULTS)])
    with pytest.raises(EnoughKeyResults):
        objective.new_key_result()
