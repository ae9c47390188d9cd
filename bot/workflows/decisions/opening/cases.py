"""The case of an epic as it is known: its evidence, its money, and how long others took."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.workflows.epics.limits import first_in_line, limit_kept
from bot.workflows.evidence.known import case_evidence
from bot.workflows.keeping import Act
from models.decisions.case import Case, CaseMoney, CaseNews, CasePace, CasePlace
from models.decisions.decision import GOES_ON, About, Decision
from models.decisions.question import Question, Subject
from models.epics.column import Column
from models.epics.epic import Epic

FindMoney = Callable[[Session, Epic, Question, int | None, datetime], CaseMoney | None]


MONEY: list[FindMoney] = []
"""What knows of an epic's money, filled by `knows_money`."""


def knows_money(find: FindMoney) -> FindMoney:
    """Have a case say what the function finds; None where it knows nothing."""
    MONEY.append(find)
    return find


FindPace = Callable[[Session, Epic, datetime], CasePace | None]


PACES: list[FindPace] = []
"""What knows how long epics take, filled by `knows_pace`."""


def knows_pace(find: FindPace) -> FindPace:
    """Have a case say how long others took, as the function finds; None where it knows nothing."""
    PACES.append(find)
    return find


AboutNow = Callable[[Act, Decision], About | None]

ABOUT: dict[Subject, AboutNow] = {}
"""What knows a subject that is no epic as it is now, filled by `knows_now`."""


def knows_now(subject: Subject) -> Callable[[AboutNow], AboutNow]:
    """Have such a subject asked about again with the case that the function finds; None where the
    subject is there no more."""

    def keep(find: AboutNow) -> AboutNow:
        ABOUT[subject] = find
        return find

    return keep


def about_again(act: Act, before: Decision, this_period: int | None = None) -> About:
    """What a decision that has ended was about, with its case as it is now."""
    if before.subject is Subject.EPIC and before.epic is not None:
        return about_epic(act, before.epic, before.question, this_period)
    find = ABOUT.get(before.subject)
    return (find(act, before) if find else None) or before.about


def about_epic(act: Act, epic: Epic, question: Question, this_period: int | None = None) -> About:
    """The epic with its case, its evidence and its money as they are now."""
    about = About.of_epic(epic, act.at, case_evidence(act.session, epic, act.at))
    return with_more(act, about, epic, question, this_period)


def money_of(
    act: Act, epic: Epic, question: Question, this_period: int | None = None
) -> CaseMoney | None:
    """What is known of the epic's money, and what the question would do to it."""
    asked = (act.session, epic, question, this_period, act.at)
    return next((found for find in MONEY if (found := find(*asked)) is not None), None)


def with_more(
    act: Act, about: About, epic: Epic, question: Question, this_period: int | None
) -> About:
    pace = next((pace for find in PACES if (pace := find(act.session, epic, act.at))), None)
    more = {
        "money": money_of(act, epic, question, this_period),
        "pace": pace,
        "news": news_of(act, epic, about.case),
        "place": place_of(act.session, epic) if question is Question.MVP else None,
    }
    return replace(about, case=about.case.model_copy(update=more))


def place_of(session: Session, epic: Epic) -> CasePlace | None:
    """The place that a stop of the epic frees, and who is next for it."""
    limit = limit_kept(session, epic)
    if limit is None:
        return None
    where = None if limit.state_id is None else Column(epic.state, limit.phase).label
    return CasePlace(most=limit.most, where=where, next_key=first_in_line(session, epic))


def news_of(act: Act, epic: Epic, case: Case) -> CaseNews | None:
    """What is new since the last decision by which the epic went on."""
    went_on = or_(*(and_(Decision.question == q, Decision.outcome == o) for q, o in GOES_ON))
    before = act.session.scalars(
        select(Decision)
        .where(Decision.subject == Subject.EPIC, Decision.subject_id == epic.id, went_on)
        .order_by(Decision.closed_at.desc(), Decision.id.desc())
        .limit(1)
    ).first()
    if before is None or before.closed_at is None or before.decided is None:
        return None
    today = epic.portfolio.day_of(act.at)
    slip = epic.project.latest_slip(today) if epic.project is not None else None
    news = CaseNews(
        decided=before.decided,
        on=epic.portfolio.day_of(before.closed_at),
        change=case.change_since(before.case),
        milestone=slip.code if slip is not None else None,
        late_days=(slip.slip_days(today) or 0) if slip is not None else 0,
    )
    return news if news.change or news.milestone else None
