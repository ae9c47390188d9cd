"""The audit log word for word: a line for each change, by the table of labels."""

import pytest

from bot.views.audit.log import audit_log, line
from bot.workflows.audit.labels import LABELS, NOT_SAID, NOUNS
from bot.workflows.audit.log import Change, Event, LogPage, Query
from models.audit.trail import OF_THE_MACHINE
from models.base import Base
from tests.views.builders import ANA, BEN, CLEO, DANA, HOSTILE, MONDAY, an_epic
from tests.views.reading import buttons, shown, written

ROWS = {
    ("circle_members", "1:U0CLEO"): {"user_id": CLEO},
    ("decisions", "1"): {"key": "D-1"},
    ("departures", "1"): {"user_id": BEN},
    ("epics", "1"): {"key": "PAY-1", "title": "Pay by bank transfer"},
    ("funding_periods", "1"): {"name": "2026"},
    ("ledger_entries", "1"): {"number": 7},
    ("milestones", "1"): {"project_id": 1, "code": "M1", "name": "Launch"},
    ("portfolios", "1"): {"name": "Shop", "currency": "EUR"},
    ("projects", "1"): {"code": "PRJ-1", "name": "Renewal"},
    ("role_grants", "1"): {"role": "council"},
    ("shift_approvals", "1"): {"shift_id": 1, "seat": "finance"},
    ("shifts", "1"): {"from_stream_id": 2, "to_stream_id": 1},
    ("states", "1"): {"label": "Funnel"},
    ("states", "2"): {"label": "Implementing"},
    ("subscriptions", "1"): {"channel_id": "C0PAY"},
    ("themes", "1"): {"name": "Speed"},
    ("value_streams", "1"): {"name": "Payments"},
    ("value_streams", "2"): {"name": "Onboarding"},
    ("wip_limits", "1"): {"portfolio_id": 1, "value_stream_id": 1, "state_id": 2, "phase": None},
}
AT = MONDAY.isoformat()


def a_page(*changes, epic=None, query=None, older=None, rows=ROWS):
    return LogPage(query or Query(), epic, changes, rows, "Europe/Berlin", older)


def created(noun, subject="1", **after):
    return Event("created", noun, subject, 1, {}, after)


def removed(noun, subject="1", **before):
    return Event("removed", noun, subject, 1, before, {})


def changed(noun, **sides):
    """Each column as it was and as it is."""
    was = {column: before for column, (before, _) in sides.items()}
    return Event("changed", noun, "1", 1, was, {column: now for column, (_, now) in sides.items()})


def a_line(*events, epic_id=None, epic=None, actor=BEN, source="button it"):
    """The line as it is read."""
    told = line(a_page(epic=epic), Change(MONDAY, actor, source, epic_id, events))
    return written(told).replace("*", "")


OF_AN_EPIC = {
    "proposed · state: Funnel · value stream: Payments · owner: @Ana · target: 65": [
        created(
            "epics", title="Pay", value_stream_id=1, owner_user_id=ANA, state_id=1, target="65"
        ),
        created("transitions", to_state_id=1),
    ],
    "target: 65 → 68 · target date: none → 30 Sep 2026": [
        changed("epics", target_on=(None, "2026-09-30"), target=("65", "68")),
    ],
    "MVP cost: €50,000 → €60,500 · theme: Speed → none": [
        changed("epics", theme_id=(1, None), mvp_cost_minor=(5_000_000, 6_050_000)),
    ],
    "state: Funnel → Implementing · column: none → Testing the MVP · reason: “worth a look”": [
        changed("epics", state_id=(1, 2), phase=(None, "testing"), committed_at=(None, AT)),
        created("transitions", from_state_id=1, to_state_id=2, reason="worth a look"),
    ],
    "column: Testing the MVP → Delivering · reason: works": [
        changed("epics", phase=("testing", "delivering")),
        created("transitions", from_state_id=2, to_state_id=2, phase="delivering", reason="works"),
    ],
    "override: Implementing is full · role: value-stream owner · reason: now": [
        created(
            "overrides", passed=["Implementing is full"], role="value-stream owner", reason="now"
        )
    ],
    "answer: not now · comment: “after the summer”": [
        changed("epics", answered_at=(None, AT)),
        created("answers", kind="not now", words="after the summer", by_user_id=BEN, at=AT),
    ],
    "blocked: “waits for the bank”": [created("blockings", reason="waits for the bank", at=AT)],
    "unblocked: {Mon 18 May, 11:00}": [
        changed("blockings", ended_at=(None, AT), ended_by=(None, BEN)),
    ],
    "value stream: Payments → Onboarding · reason: fits": [
        changed("epics", value_stream_id=(1, 2)),
        created("stream_moves", from_stream_id=1, to_stream_id=2, reason="fits"),
    ],
    "restricted: no → yes · circle member @Cleo added": [
        changed("epics", restricted=(False, True)),
        created("circle_members", "1:U0CLEO", user_id=CLEO, added_by=BEN),
    ],
    "circle member @Cleo removed": [removed("circle_members", "1:U0CLEO", user_id=CLEO)],
    "confirmed: still right": [created("confirmations", user_id=BEN, at=AT)],
    "decision D-1 opened · electors: @Ben, @Cleo · quorum: 2 · closes: {Mon 18 May, 11:00}": [
        created("decisions", key="D-1", electorate=[BEN, CLEO], quorum=2, closes_at=AT),
    ],
    "decision D-1 opened · tie-breaker: @Ben": [
        created("decisions", key="D-1", tie_breaker=BEN),
    ],
    "decision D-1 · outcome: none → stop · votes: none → stop 2 · effect: none → stopped": [
        changed(
            "decisions",
            votes=(None, {"pivot": 0, "stop": 2}),
            effect=(None, "stopped"),
            outcome=(None, "stop"),
        ),
    ],
    "changed": [changed("epics", accepted_at=(None, AT))],
}
OF_ANYTHING = {
    "theme Speed added · description: “Fewer <clicks>”": created(
        "themes", name="Speed", description="Fewer <clicks>"
    ),
    "theme Speed · name: Pace → Speed": changed("themes", name=("Pace", "Speed")),
    "theme Speed · closed: {Mon 18 May, 11:00}": changed("themes", closed_at=(None, AT)),
    "theme Speed removed": removed("themes", name="Speed"),
    "portfolio Shop · time zone: Europe/Berlin → Europe/Paris": changed(
        "portfolios", time_zone=("Europe/Berlin", "Europe/Paris")
    ),
    "portfolio Shop · working days: Monday → Monday, Tuesday": changed(
        "portfolios", working_days=("1000000", "1100000")
    ),
    "portfolio Shop · fiscal year starts in: January → April": changed(
        "portfolios", fiscal_year_starts_in=(1, 4)
    ),
    "state Funnel · stale after: none → 14 days": changed("states", stale_after_days=(None, 14)),
    "state Funnel · required to move on: none → an owner, of_old": changed(
        "states", exit_requires=([], ["owner", "of_old"])
    ),
    "state Funnel · two columns: no": created("columns", two_columns=False, epics=0),
    "portfolio Shop · commits on leaving: funnel · epics committed: 3": created(
        "commitment_points", commitment_point="funnel", epics_begun=3
    ),
    "limit Shop, Payments, Implementing added · most epics: 5": created("wip_limits", most=5),
    "limit Shop, Payments, Implementing · most epics: 5 → 4": changed("wip_limits", most=(5, 4)),
    "role council given · person: @Cleo · portfolio: Shop": created(
        "role_grants", role="council", user_id=CLEO, portfolio_id=1, stand_in=False, granted_at=AT
    ),
    "member @Ben left Slack": created("departures", user_id=BEN, at=AT),
    "member @Ben · back in Slack: {Mon 18 May, 11:00}": changed(
        "departures", returned_at=(None, AT)
    ),
    "handover · owner: @Ana → @Cleo · handed over: PAY-1, Payments": created(
        "handovers", from_user_id=ANA, to_user_id=CLEO, handed=["PAY-1", "Payments"], by_user_id=BEN
    ),
    "milestone PRJ-1 Renewal, M1, Launch · forecast date: 1 Dec 2026 → 9 Dec 2026": changed(
        "milestones", forecast_on=("2026-12-01", "2026-12-09")
    ),
    "digest <#C0PAY> added · weekday: Monday · time: 9:00": created(
        "subscriptions", channel_id="C0PAY", weekday=0, minute_of_day=540, subscribed_by=BEN
    ),
    "export · portfolio: Shop · format: csv · restricted epics included: no": created(
        "exports", format="csv", restricted=False, portfolio_id=1, user_id=BEN
    ),
    "import into Shop · epics: 736 · rows given back: 1 · transitions: 3,021": created(
        "imports",
        epics=736,
        transitions=3_021,
        programs=0,
        **{"rows given back": 1, "sha256 of a": ""},
    ),
    "budget shift Onboarding → Payments requested · amount: €80,000 · reason: now": created(
        "shifts",
        from_stream_id=2,
        to_stream_id=1,
        amount_minor=8_000_000,
        reason="now",
        asked_by=BEN,
    ),
    "budget shift Onboarding → Payments · outcome: none → taken back": changed(
        "shifts", outcome=(None, "taken_back")
    ),
    "approval Onboarding → Payments, finance · approved by: none → @Dana": changed(
        "shift_approvals", user_id=(None, DANA), at=(None, AT)
    ),
    "transfer added · value stream: Onboarding · account: available → set aside": created(
        "ledger_transfers", from_kind="free", to_kind="set_aside", from_stream_id=2, to_stream_id=2
    ),
    "ledger entry 7 added · kind: funding · fiscal year: 2026": created(
        "ledger_entries", number=7, kind="funding", period_id=1
    ),
    "old thing · its size: 1 → 2": changed("old_things", its_size=(1, 2)),
}


@pytest.mark.parametrize(("words", "events"), OF_AN_EPIC.items(), ids=str)
def test_a_change_of_an_epic_is_one_line_whatever_rows_it_wrote(words, events):
    begins = "@Ben · {Mon 18 May, 11:00} · PAY-1 Pay by bank transfer · "
    assert a_line(*events, epic_id=1) == begins + words


@pytest.mark.parametrize(("words", "event"), OF_ANYTHING.items(), ids=str)
def test_a_change_of_anything_else_says_what_it_is_called(words, event):
    words = words.replace("<clicks>", "&lt;clicks&gt;")
    assert a_line(event) == f"@Ben · {{Mon 18 May, 11:00}} · {words}"


def test_the_log_of_an_epic_does_not_name_it_in_each_line():
    told = a_line(created("epics", title="Pay", key="PAY-1"), epic_id=1, epic=an_epic(number=1))
    assert told == "@Ben · {Mon 18 May, 11:00} · proposed · title: Pay"


def test_without_a_person_it_was_the_command_line_or_tack_itself():
    closed = changed("themes", closed_at=(None, AT))
    assert a_line(closed, actor=None, source="tack import epics").startswith(
        "command line (tack import epics) · "
    )
    assert a_line(closed, actor=None, source="tack").startswith("Tack · ")


def test_what_people_wrote_is_escaped_and_shortened_wherever_it_stands():
    rows = {("themes", "1"): {"name": HOSTILE}, ("epics", "1"): {"key": "PAY-1", "title": HOSTILE}}
    events = [
        changed("themes", name=(HOSTILE, "x" * 10_000)),
        changed("epics", title=("a\nb", HOSTILE), theme_id=(None, 1), restricted=(False, True)),
        created("imports", file=HOSTILE, **{HOSTILE: 1}),
        created("handovers", handed=[HOSTILE]),
    ]
    changes = [Change(MONDAY, None, f"tack {HOSTILE}", 1, [each]) for each in events]
    answer = audit_log(a_page(*changes, rows=rows, query=Query(word=HOSTILE)))
    texts = shown(answer)
    assert not [text for text in texts if "<!channel>" in text or "<http" in text]
    assert "title: “a b” → “&lt;!channel&gt;" in texts[2]
    assert max(map(len, texts)) < 1_000


def test_a_line_that_changed_very_much_ends_with_a_sign_that_there_is_more():
    many = [created("circle_members", f"1:U{n}", user_id=f"U{n}") for n in range(100)]
    rows = {("circle_members", f"1:U{n}"): {"user_id": f"U{n}"} for n in range(100)}
    told = line(a_page(rows=rows), Change(MONDAY, BEN, "form it", None, many))
    assert told.endswith(" · …")
    assert len(told) < 1_500


def test_a_page_leads_to_the_older_and_back_to_the_newest():
    change = Change(MONDAY, BEN, "form it", None, [changed("themes", name=("A", "B"))])
    first = audit_log(a_page(change, query=Query(person=BEN), older=7))
    assert shown(first)[0] == "The audit log, newest first · what @Ben did"
    assert buttons(first.blocks) == ["Older"]
    between = audit_log(a_page(change, query=Query(before=7, word="A"), older=3))
    assert shown(between)[0] == "The audit log, newest first · with “A”"
    assert buttons(between.blocks) == ["Newest", "Older"]


def test_an_empty_page_says_why_and_where_to_look():
    epic = an_epic(number=1)
    assert shown(audit_log(a_page())) == ["Nothing has changed yet."]
    assert shown(audit_log(a_page(query=Query(before=1))))[0] == "There is nothing older."
    assert shown(audit_log(a_page(epic=epic)))[0].startswith("Nothing about *PAY-1 · ")
    assert shown(audit_log(a_page(query=Query(word="x")))) == [
        "Nothing in the log matches “x”. An import from a file is one entry, without its rows. "
        "`/portfolio audit` on its own shows the newest changes."
    ]


def test_every_noun_and_column_that_is_kept_has_a_line_in_the_table():
    nouns = [each.class_ for each in Base.registry.mappers if each.class_.audited]
    unnamed = [noun.__tablename__ for noun in nouns if noun.__tablename__ not in NOUNS]
    assert unnamed == [], "name them in NOUNS"
    columns = {
        (noun.__tablename__, column.key)
        for noun in nouns
        for column in noun.__table__.columns
        if column.key not in noun.unaudited_columns | OF_THE_MACHINE
        and not column.key.startswith("from_")
    }
    known = LABELS.keys() | NOT_SAID
    missing = [f"{n}.{c}" for n, c in sorted(columns) if not {c, f"{n}.{c}"} & known]
    assert missing == [], "label them in LABELS, or say in NOT_SAID that the line says them anyhow"
    named = {(name, column) for name, noun in NOUNS.items() for column in noun.name}
    assert {f"{n}.{c}" for n, c in named if c not in Base.metadata.tables[n].columns} == set()
