"""What *Explain* lists of each figure adds up to the number that was told."""

from collections import Counter
from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.workflows.board import digesting
from bot.workflows.epics.transferring import give
from bot.workflows.flow import summary
from bot.workflows.flow.explaining.behind import Figure
from bot.workflows.flow.explaining.explained import (
    BEHIND,
    ITEMS_A_PAGE,
    explain_chosen,
    explain_digest,
)
from bot.workflows.flow.explaining.governing import Money
from bot.workflows.keeping import Act
from models.board.digest import Digest, Wish
from models.board.governance import Taken, half_of
from models.decisions.follow_up.outcome_review import Became, Occasion, OutcomeReview
from models.epics.epic import Epic
from models.flow.choice import FlowChoice
from models.flow.line import whole
from models.flow.percentiles import nearest_rank
from models.portfolio.portfolio import Portfolio
from models.projects.project import Milestone, Project
from tests.workflows.budgets.a_year import CLEO, ELI, K, a_year
from tests.workflows.budgets.test_committing import an_epic_of, decides, spends, stops
from tests.workflows.builders import ANA, MONDAY, a_portfolio
from tests.workflows.decisions.builders import COUNCIL, MINUTE, an_mvp, closes, opens, votes
from tests.workflows.flow.builders import an_epic, finishes
from tests.workflows.sampled import SPRING, sample_at

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


class Listed:
    """All that Explain lists: of a digest, else of what someone sees now."""

    def __init__(self, database, *, digest=None, viewer=ANA, at=MONDAY, **choice):
        with database.read() as session:
            portfolio = session.scalars(select(Portfolio).order_by(Portfolio.id)).first()

            def page(number):
                if digest is not None:
                    here = portfolio.workspace_id
                    return explain_digest(session, here, viewer, digest.id, number)
                act = Act(session, portfolio.workspace_id, viewer, at)
                return explain_chosen(act, portfolio.id, FlowChoice(**choice), number)

            first = page(1)
            self.pages = [first, *(page(number) for number in range(2, first.pages + 1))]
        self.items, self.n, self.counts = {}, {}, {}
        for part in (part for each in self.pages for part in each.parts):
            self.items.setdefault(part.figure, []).extend(part.items)
            self.n[part.figure], self.counts[part.figure] = part.n, part.counts

    def facts(self, figure):
        return [each.fact for each in self.items[figure]]

    def names(self, figure):
        return [each.key or each.title for each in self.items[figure]]

    def adds_up_to(self, content):
        """Each list of a digest has what it told."""
        assert {figure: len(found) for figure, found in self.items.items()} == self.n
        flow, facts = content.flow, self.facts
        assert self.n[Figure.IN_FLIGHT] == content.in_flight.whole.count
        lately = sum(each.newly for each in facts(Figure.FINISHED))
        assert lately == flow.finished.lately.total
        assert self.n[Figure.FINISHED] - lately == flow.finished.before.total
        assert flow.time.line is None or self.n[Figure.TIME] == flow.time.line.n
        assert self.n[Figure.AGEING] == (flow.ageing.count if flow.ageing else 0)
        became = Counter(each.became for each in facts(Figure.OUTCOMES))
        outcomes = content.outcomes
        assert became[Became.REACHED] == outcomes.reached
        assert became[Became.NOT_MEASURED] == outcomes.not_measured
        assert became.total() == outcomes.recorded + outcomes.not_measured
        self._decides(content.decisions)
        self._moves(content.money)
        late = [each.days_late > 0 for each in facts(Figure.PROJECTS)]
        assert len(late) == content.milestones.agreed
        assert late.count(False) == content.milestones.on_date

    def _decides(self, told):
        facts = self.facts(Figure.DECISIONS)
        open_ = [each.days for each in facts if each.closed_at is None]
        closed = [each for each in facts if each.closed_at is not None]
        took = [each.days for each in closed if each.is_vote]
        assert sum(each.newly and each.is_vote for each in closed) == told.closed
        assert sum(not each.is_vote for each in closed) == told.alone
        assert (len(took), half_of(took)) == (told.timed, told.half_days)
        assert (len(open_), max(open_, default=0)) == (told.open, told.oldest_days)

    def _moves(self, told):
        sums, counts = Counter(), Counter()
        for each in self.facts(Figure.MONEY):
            sums[each.what] += each.minor
            counts[each.what] += 1
        assert (counts[Money.MOVED], sums[Money.MOVED]) == (told.moved, told.moved_minor)
        assert (counts[Money.ASKED], sums[Money.ASKED]) == (told.asked, told.asked_minor)
        assert sums[Money.RETURNED] == told.returned_minor
        assert counts[Money.OVERSPENT] == len(told.overspent)

    def adds_up_to_metrics(self, database, viewer=ANA, at=MONDAY, **choice):
        """Each list of what someone looks at alone has what the page of metrics says."""
        with database.read() as session:
            portfolio = session.scalars(select(Portfolio).order_by(Portfolio.id)).first()
            act = Act(session, portfolio.workspace_id, viewer, at)
            found = summary.summary(act, portfolio.id, FlowChoice(**choice), 1)
        facts = self.facts
        flowed = facts(Figure.NET_FLOW)
        assert sum(each.came_at is not None for each in flowed) == len(found.net.came)
        assert sum(each.done_at is not None for each in flowed) == len(found.net.finished)
        assert sum(each.left for each in flowed) == found.net.left
        assert self.n[Figure.IN_FLIGHT] == len(found.net.now)
        took, aged = (
            [each.day for each in facts(figure)] for figure in (Figure.FLOW_TIME, Figure.IN_FLIGHT)
        )
        assert len(took) == len(found.flow_times)
        for percent in (50, 70, 85, 95) if took else ():
            assert nearest_rank(took, percent) == whole(found.flow_times, percent)
        for percent in (50, 100) if aged else ():
            assert nearest_rank(aged, percent) == found.ages.nearest_rank(percent)
        worked = self.facts(Figure.EFFICIENCY)
        assert len(worked) == found.efficient
        if worked:
            ratio = sum(each.active for each in worked) / sum(each.whole for each in worked)
            assert ratio == pytest.approx(found.efficiency, abs=1e-12)
        of, facts = found.governance, self.facts(Figure.DECISIONS)
        ended = [each.ended for each in facts if each.closed_at is not None]
        assert Taken.of([each for each in ended if each.is_vote]) == of.votes
        assert Taken.of([each for each in ended if not each.is_vote]) == of.others
        lately = [each for each in ended if each.is_lately]
        assert sum(each.is_fresh for each in lately) == of.fresh
        assert sum(each.is_stop for each in lately) == of.stopped
        open_ = [each.days for each in facts if each.closed_at is None]
        assert (len(open_), max(open_, default=0)) == (of.open, of.oldest_days)
        shifts = Counter(each.what for each in self.facts(Figure.MONEY))
        assert (shifts.total(), shifts[Money.MOVED]) == (of.shifts, of.silent)


def sends(database, stream_id=None, at=MONDAY + WEEK, channel="C0DIGEST", who=ANA):
    """A digest of the week before; the digest with what it told."""
    with database.write() as session:
        portfolio = session.scalars(select(Portfolio).order_by(Portfolio.id)).first()
        portfolio.live_at = portfolio.live_at or MONDAY - 100 * DAY
        wish = Wish(
            portfolio_id=portfolio.id,
            value_stream_id=stream_id,
            weekday=0,
            minute_of_day=540,
            time_zone="Europe/Berlin",
        )
        here = (session, portfolio.workspace_id)
        found = digesting.subscribe(*here, who, channel, wish, at - 6 * DAY)
        digesting.send_due(session, found.id, at)
    with database.read() as session:
        return session.scalars(select(Digest).order_by(Digest.id.desc())).first()


def says(database, key, became, at):
    """What became of an epic."""
    with database.write() as session:
        epic = session.scalars(select(Epic).where(Epic.key == key)).one()
        session.add(
            OutcomeReview(
                workspace_id=epic.workspace_id,
                epic_id=epic.id,
                became=became,
                occasion=Occasion.UNASKED,
                due_on=at.date(),
                at=at,
            )
        )


@pytest.fixture
def sample(tmp_path):
    """A database that holds the sample alone."""
    with closing(sample_at(tmp_path / "tack.db", SPRING)) as sample:
        yield sample


def test_every_list_of_the_sample_adds_up_to_its_number(sample):
    with sample.read() as session:
        streams = {
            each.key_prefix: each.id
            for each in session.scalars(select(Portfolio)).one().value_streams
        }
        told = session.scalars(select(Digest).order_by(Digest.id)).all()
    payments = streams["PAY"]
    for each in [*told, sends(sample), sends(sample, payments, channel="C0PAY")]:
        Listed(sample, digest=each).adds_up_to(each.content)
    Listed(sample, stream_id=payments).adds_up_to_metrics(sample, stream_id=payments)
    whole = Listed(sample)
    whole.adds_up_to_metrics(sample)
    assert all(whole.n[figure] for figure in BEHIND)


def test_where_there_is_nothing_each_figure_is_there_with_nothing_behind_it(database):
    a_portfolio(database)
    digest = sends(database)
    found = Listed(database, digest=digest)
    found.adds_up_to(digest.content)
    assert set(found.n.values()) == {0}
    alone = {Figure.NET_FLOW, Figure.FLOW_TIME, Figure.EFFICIENCY}
    assert set(Figure) - set(found.n) == alone
    alone = Listed(database)
    alone.adds_up_to_metrics(database)
    assert alone.n == dict.fromkeys(Figure, 0)


def test_what_is_restricted_is_in_no_list_of_a_digest_and_in_those_of_its_circle(database):
    year = a_year(database)
    epic_id, secret_id = an_epic_of(year), an_epic_of(year, mvp=30 * K, title="Secret")
    with database.write() as session:
        session.get_one(Epic, secret_id).restricted = True
    for each in (epic_id, secret_id):
        decides(year, each, "yes")
    spends(year, 20 * K, epic_id)
    with database.read() as session:
        keys = {id_: session.get_one(Epic, id_).key for id_ in (epic_id, secret_id)}
    for each in keys:
        stops(year, each)
        says(database, keys[each], Became.NO, MONDAY)
    digest = sends(database, who=ELI)
    found = Listed(database, digest=digest, viewer=ELI)
    found.adds_up_to(digest.content)
    assert found.names(Figure.OUTCOMES) == [keys[epic_id]]
    assert found.n[Figure.DECISIONS] == 2, "to go, and to stop"
    (returned,) = found.facts(Figure.MONEY)
    assert (returned.what, returned.minor) == (Money.RETURNED, 40 * K)
    assert keys[secret_id] not in str(found.items)
    now = MONDAY + 2 * WEEK
    for viewer, n in ((ELI, 2), (CLEO, 1)):
        alone = Listed(database, viewer=viewer, at=now)
        alone.adds_up_to_metrics(database, viewer=viewer, at=now)
        assert (alone.n[Figure.OUTCOMES], alone.n[Figure.DECISIONS]) == (n, 2 * n)


def test_decisions_of_the_week_of_the_weeks_before_and_open_ones_are_each_what_they_count_as(
    database,
):
    an_mvp(database)
    first = opens(database, closes_on=date(2026, 5, 20), at=MONDAY)
    for each in COUNCIL:
        votes(database, first, each, "abstain", at=MONDAY + DAY)
    closes(database, first, MONDAY + DAY + 10 * MINUTE)
    opens(database, closes_on=date(2026, 6, 10), at=MONDAY + 15 * DAY)
    week_after = sends(database, at=MONDAY + WEEK)
    long_after = sends(database, at=MONDAY + 3 * WEEK, channel="C0LATER")
    for digest in (week_after, long_after):
        Listed(database, digest=digest).adds_up_to(digest.content)
    (of_week,) = Listed(database, digest=week_after).facts(Figure.DECISIONS)
    assert (of_week.newly, of_week.days) == (True, 1)
    found = Listed(database, digest=long_after)
    earlier, open_one = found.facts(Figure.DECISIONS)
    assert (earlier.newly, open_one.closed_at) == (False, None)
    asked = {each.title for each in found.items[Figure.DECISIONS]}
    assert asked == {"PAY-1 · Persevere, pivot or stop?"}


def test_what_moved_was_asked_and_was_overspent_adds_up_and_what_came_later_is_in_no_list(database):
    year = a_year(database)
    year.ask(CLEO, 24 * K, at=MONDAY + DAY)
    asked = year.ask(ELI, 80 * K, at=MONDAY + DAY)
    spends(year, 950 * K)
    digest = sends(database, at=MONDAY + WEEK, who=ELI)
    year.take_back(ELI, asked, at=MONDAY + WEEK + MINUTE)
    year.ask(CLEO, 10 * K, at=MONDAY + WEEK + DAY)
    found = Listed(database, digest=digest, viewer=ELI)
    found.adds_up_to(digest.content)
    sums = [(each.what, each.minor) for each in found.facts(Figure.MONEY)]
    assert sums[:2] == [(Money.MOVED, 24 * K), (Money.ASKED, 80 * K)]
    assert [what for what, _ in sums[2:]] == [Money.OVERSPENT]
    later = MONDAY + 3 * WEEK
    alone = Listed(database, viewer=ELI, at=later)
    alone.adds_up_to_metrics(database, viewer=ELI, at=later)
    assert [each.minor for each in alone.facts(Figure.MONEY)] == [24 * K]


def test_a_full_figure_goes_over_pages_and_each_of_it_stands_once(database):
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        project = Project(
            workspace_id=workspace_id,
            portfolio_id=portfolio_id,
            code="PRJ-1",
            name="Shop",
            created_at=MONDAY,
        )
        session.add(project)
        for number in range(2 * ITEMS_A_PAGE + 3):
            plan = {"code": f"M{number}", "name": f"M{number}", "position": number}
            on = MONDAY.date() + (number - 20) * DAY
            milestone = Milestone(workspace_id=workspace_id, baseline_on=on, **plan)
            project.milestones.append(milestone)
    digest = sends(database)
    found = Listed(database, digest=digest)
    found.adds_up_to(digest.content)
    assert len(found.pages) == 3
    listed = [item.title for item in found.items[Figure.PROJECTS]]
    assert listed == [f"M{number}" for number in range(2 * ITEMS_A_PAGE + 3)]
    assert [len(each.parts[-1].items) for each in found.pages] == [17, 24, 10]


def test_what_came_in_left_and_came_back_adds_up_to_net_flow_also_of_one_stream(database):
    shop = a_portfolio(database)
    finishes(database, shop[1], 2)
    an_epic(database, shop[1], ("ready", 200), ("done", 30))
    an_epic(database, shop[1], ("ready", 200), ("stopped", 30))
    an_epic(database, shop[1], ("ready", 40), ("stopped", 30))
    an_epic(database, shop[1], ("ready", 300), ("stopped", 200), ("ready", 10))
    an_epic(database, shop[1], ("ready", 300))
    moved = an_epic(database, shop[1], ("ready", 300))
    with database.write() as session:
        epic = session.get_one(Epic, moved)
        to = next(each for each in epic.portfolio.value_streams if each is not epic.value_stream)
        give(session, shop[0], ANA, moved, to.id, None, MONDAY - DAY)
        streams = [each.id for each in epic.portfolio.value_streams]
    for stream_id in (None, *streams):
        found = Listed(database, stream_id=stream_id)
        found.adds_up_to_metrics(database, stream_id=stream_id)
    left = [each.left for each in Listed(database).facts(Figure.NET_FLOW)]
    assert sorted(left) == [-1, 0, 0, 0, 1, 1]
