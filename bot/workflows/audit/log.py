"""Auditing: answering who changed what, from the log, with the names of what it tells by number."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from bot.workflows import seeing
from bot.workflows.audit.deeds import (
    ABOUT,
    CALLED,
    NAMELESS,
    Deed,
    DeedPage,
    Happening,
    Names,
    Query,
    called,
    refers_to,
)
from bot.workflows.permitting import Place, check, may
from bot.workflows.seeing import seen_by
from models.audit.audit import AuditEvent
from models.base import Base
from models.epics.epic import Epic
from models.people.role import Right
from models.portfolio.portfolio import Portfolio
from models.projects.project import Milestone, Project, ProjectShare

Events = Select[*tuple[Any, ...]]
"""Events that are asked for, each with all that it tells."""

PAGE = 10
"""Deeds on a page."""

AT_ONCE = 300
"""Events that are looked at for a page."""

TOLD_OF_ONE = 12
"""Of a deed that changed more than so many rows, such as a set-up, the first ones are told."""

NAMES_OTHERS = "handovers"
"""A noun that names epics in words, and not by their number."""


def deeds_of_epic(session: Session, epic: Epic, query: Query) -> DeedPage:
    """Who changed what about the epic, which the asker may see."""
    asked = replace(query, epic_id=epic.id)
    rows = _events(epic.workspace_id).where(AuditEvent.epic_id == epic.id)
    zone = epic.portfolio.time_zone
    return _page(session, epic.workspace_id, rows, asked, epic, zone)


def deeds_of_all(session: Session, workspace_id: int, viewer: str, query: Query) -> DeedPage:
    """Who changed what in the portfolios whose log the viewer may read. Raises NotAllowed."""
    portfolios = readable(session, workspace_id, viewer)
    rows = _events(workspace_id).where(told_to(viewer, [each.id for each in portfolios]))
    if query.person:
        rows = rows.where(AuditEvent.actor == query.person)
    if query.word:
        of_projects = _about_projects(session, workspace_id, query.word)
        rows = rows.where(or_(_mentions(query.word, viewer), *of_projects))
    zone = portfolios[0].time_zone if portfolios else "UTC"
    return _page(session, workspace_id, rows, query, None, zone)


def names_project(session: Session, workspace_id: int, viewer: str, code: str) -> bool:
    """Whether a project that the viewer sees has this code."""
    seen = [each.id for each in seeing.portfolios(session, workspace_id, viewer)]
    row = _coded(workspace_id, code).where(Project.portfolio_id.in_(seen))
    return session.scalar(row.limit(1)) is not None


def readable(session: Session, workspace_id: int, viewer: str) -> Sequence[Portfolio]:
    """The portfolios whose whole log the viewer may read. Raises NotAllowed where there is none."""
    portfolios = seeing.portfolios(session, workspace_id, viewer)
    places = [Place.of_portfolio(each) for each in portfolios] or [Place(workspace_id)]
    if not any(may(session, viewer, Right.READ_AUDIT, place) for place in places):
        check(session, viewer, Right.READ_AUDIT, places[0])
    return [
        each
        for each in portfolios
        if may(session, viewer, Right.READ_AUDIT, Place.of_portfolio(each))
    ]


def told_to(viewer: str | None, portfolio_ids: Iterable[int]) -> ColumnElement[bool]:
    """The events of the portfolios and of the workspace, but for epics the viewer may not see."""
    return and_(
        or_(AuditEvent.portfolio_id.is_(None), AuditEvent.portfolio_id.in_(list(portfolio_ids))),
        about_seen(seen_by(viewer)),
    )


def about_seen(seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """The events that tell nothing of epics other than those seen."""
    epic = aliased(Epic)
    of_seen = select(Epic.id).where(seen)
    named = AuditEvent.after.contains(literal('"').concat(epic.key).concat('"'))
    hidden = exists().where(epic.id.not_in(of_seen), named)
    return and_(
        or_(AuditEvent.epic_id.is_(None), AuditEvent.epic_id.in_(of_seen)),
        or_(AuditEvent.noun != NAMES_OTHERS, ~hidden),
    )


def _events(workspace_id: int) -> Events:
    return select(
        AuditEvent.number,
        AuditEvent.at,
        AuditEvent.actor,
        AuditEvent.source,
        AuditEvent.verb,
        AuditEvent.noun,
        AuditEvent.subject_id,
        AuditEvent.epic_id,
        AuditEvent.portfolio_id,
        AuditEvent.before,
        AuditEvent.after,
    ).where(AuditEvent.workspace_id == workspace_id)


def _mentions(word: str, viewer: str) -> ColumnElement[bool]:
    """The events in which the word stands, or that are about an epic that is called so."""
    epics = select(Epic.id).where(
        seen_by(viewer),
        or_(Epic.key.icontains(word, autoescape=True), Epic.title.icontains(word, autoescape=True)),
    )
    written = json.dumps(word, ensure_ascii=False)[1:-1]
    return or_(
        AuditEvent.before.icontains(written, autoescape=True),
        AuditEvent.after.icontains(written, autoescape=True),
        AuditEvent.source.icontains(word, autoescape=True),
        AuditEvent.noun.icontains(word, autoescape=True),
        AuditEvent.epic_id.in_(epics),
    )


def _coded(workspace_id: int, code: str) -> Select[Any]:
    """The projects of that code, whatever its letters' case."""
    same = or_(Project.code == code, func.lower(Project.code) == code.lower())
    return select(Project.id).where(Project.workspace_id == workspace_id, same)


def _about_projects(
    session: Session, workspace_id: int, code: str
) -> Sequence[ColumnElement[bool]]:
    """The events of projects of that code, and of what belongs or points to them."""
    ids = session.scalars(_coded(workspace_id, code)).all()
    subjects = {Project.__tablename__: ids}
    for part in (Milestone, ProjectShare):
        rows = select(part.id).where(part.project_id.in_(ids))
        subjects[part.__tablename__] = session.scalars(rows).all()
    points = [f'"project_id": {id_}{end}' for id_ in ids for end in ",}"]
    places = (AuditEvent.before, AuditEvent.after)
    return [
        *(
            and_(AuditEvent.noun == n, AuditEvent.subject_id.in_(map(str, subjects[n])))
            for n in subjects
        ),
        *(place.contains(each) for place in places for each in points),
    ]


def _page(
    session: Session,
    workspace_id: int,
    rows: Events,
    query: Query,
    epic: Epic | None,
    zone: str,
) -> DeedPage:
    """The newest deeds before where the query stands, and where the next page begins."""
    rows = rows.order_by(AuditEvent.number.desc())
    if query.before is not None:
        rows = rows.where(AuditEvent.number < query.before)
    found = session.execute(rows.limit(AT_ONCE)).all()
    acts = [list(group) for _, group in groupby(found, key=_act)]
    is_cut = len(found) == AT_ONCE
    if is_cut and 1 < len(acts) <= PAGE:
        acts.pop()  # its end is not known: it comes with the next page
    shown = acts[:PAGE]
    older = _older(session, rows, found, shown, is_cut=is_cut)
    deeds = _with_what_was_made(session, workspace_id, [_deed(act) for act in shown])
    return DeedPage(query, epic, deeds, _names(session, workspace_id, deeds), zone, older)


def _older(
    session: Session,
    rows: Events,
    found: Sequence[Row[Any]],
    shown: Sequence[Sequence[Row[Any]]],
    *,
    is_cut: bool,
) -> int | None:
    """Where the next page begins: one deed that fills all that was looked at is passed over."""
    if not shown:
        return None
    last = shown[-1][-1]
    if last is not found[-1]:
        return int(last.number)
    if not is_cut:
        return None
    act = tuple_(AuditEvent.at, AuditEvent.source, func.coalesce(AuditEvent.actor, ""))
    other = rows.where(
        AuditEvent.number < last.number, act != tuple_(last.at, last.source, last.actor or "")
    )
    next_one = session.execute(other.limit(1)).first()
    return None if next_one is None else int(next_one.number) + 1


def _act(row: Row[Any]) -> tuple[Any, ...]:
    return row.at, row.actor, row.source


def _deed(rows: Sequence[Row[Any]]) -> Deed:
    first = rows[0]
    in_order = list(reversed(rows))
    told = [_happening(row) for row in in_order[:TOLD_OF_ONE]]
    return Deed(first.at, first.actor, first.source, told, len(rows) > TOLD_OF_ONE)


def _happening(row: Row[Any]) -> Happening:
    return Happening(
        number=row.number,
        verb=row.verb,
        noun=row.noun,
        subject_id=row.subject_id,
        epic_id=row.epic_id,
        portfolio_id=row.portfolio_id,
        before=json.loads(row.before),
        after=json.loads(row.after),
    )


def _with_what_was_made(
    session: Session, workspace_id: int, deeds: Sequence[Deed]
) -> Sequence[Deed]:
    """Look up what changed rows without a name of their own held when they were made."""
    asked = {
        (each.noun, each.subject_id)
        for deed in deeds
        for each in deed.happenings
        if each.noun in NAMELESS and each.verb == "changed"
    }
    if not asked:
        return deeds
    rows = session.execute(
        select(AuditEvent.noun, AuditEvent.subject_id, AuditEvent.after).where(
            AuditEvent.workspace_id == workspace_id,
            AuditEvent.verb == "created",
            tuple_(AuditEvent.noun, AuditEvent.subject_id).in_(asked),
        )
    )
    made = {(noun, subject_id): json.loads(after) for noun, subject_id, after in rows}
    return [
        replace(
            deed,
            happenings=[
                replace(each, made=made.get((each.noun, each.subject_id), {}))
                for each in deed.happenings
            ],
        )
        for deed in deeds
    ]


def _names(session: Session, workspace_id: int, deeds: Sequence[Deed]) -> Names:
    """Look up what the deeds name by number; what is gone is called as when it was removed."""
    happenings = [each for deed in deeds for each in deed.happenings]
    named = _named_by(happenings)
    portfolios = {each.portfolio_id for each in happenings if each.portfolio_id is not None}
    named["portfolios"] |= {str(each) for each in portfolios}
    found = _known_from(happenings)
    for noun, ids in named.items():
        found |= {**_gone(session, workspace_id, noun, ids), **_there(session, noun, ids)}
    currencies = session.execute(
        select(Portfolio.id, Portfolio.currency).where(Portfolio.id.in_(portfolios))
    ).all()
    return Names(found, {id_: currency for id_, currency in currencies})


def _named_by(happenings: Iterable[Happening]) -> dict[str, set[str]]:
    """What each names by number: itself, its epic, and what its columns point to."""
    named: dict[str, set[str]] = defaultdict(set)
    for each in happenings:
        named[ABOUT.get(each.noun, each.noun)].add(each.subject_id)
        if each.epic_id is not None:
            named["epics"].add(str(each.epic_id))
        for columns in (each.made, each.before, each.after):
            for column, value in columns.items():
                table = refers_to(each.noun, column)
                if table is not None and value is not None:
                    named[table].add(str(value))
    return named


def _known_from(happenings: Iterable[Happening]) -> dict[tuple[str, str], str]:
    found = {}
    for each in happenings:
        name = called(each.noun, each.held)
        if name is not None:
            found[each.noun, each.subject_id] = name
    return found


def _there(session: Session, noun: str, ids: Iterable[str]) -> Mapping[tuple[str, str], str]:
    columns = CALLED.get(noun, ())
    if not columns:
        return {}
    table = Base.metadata.tables[noun]
    numbers = [int(each) for each in ids]
    rows = session.execute(
        select(table.c.id, *(table.c[name] for name in columns)).where(table.c.id.in_(numbers))
    )
    return {
        (noun, str(row.id)): name
        for row in rows
        if (name := called(noun, row._asdict())) is not None
    }


def _gone(
    session: Session, workspace_id: int, noun: str, ids: Iterable[str]
) -> Mapping[tuple[str, str], str]:
    if noun not in CALLED:
        return {}
    rows = session.execute(
        select(AuditEvent.subject_id, AuditEvent.before).where(
            AuditEvent.workspace_id == workspace_id,
            AuditEvent.noun == noun,
            AuditEvent.subject_id.in_(list(ids)),
            AuditEvent.verb == "removed",
        )
    )
    told = ((subject_id, called(noun, json.loads(before))) for subject_id, before in rows)
    return {(noun, subject_id): name for subject_id, name in told if name is not None}
