"""Whatever is done in whatever order: nothing is made or lost, and nobody but a fact overdraws."""

from collections import Counter
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from models.budgets.books import Books, Flow, Overdrawn
from models.budgets.commitments.commitment import commit_move, release_moves
from models.budgets.ledger import (
    EntryKind,
    Move,
    Purpose,
    committed,
    free,
    funding_moves,
    set_aside,
)
from models.budgets.period import FundingPeriod
from models.budgets.proof import Claim, Written, first_fault, shift_fault
from models.budgets.rules import Band
from models.budgets.ruling import rule as ruled
from models.budgets.seats import People, Seat
from models.budgets.shift import Outcome
from models.budgets.spend import spend_moves, spent_in
from models.decisions.decision import Decision
from models.decisions.question import Choice
from models.errors import Mistake
from tests.views.builders import ANA, BEN, CLEO, DANA, ELI, MONDAY, a_portfolio

YEAR = FundingPeriod(id=1, name="2026", ends_on=date(2026, 12, 31))
OWNERS = {1: CLEO, 2: ELI, 3: CLEO}
"""Of the three streams; Dana is finance, Ana an admin, Ben and Eli are the council."""

FUNDED = 10_000
ENDS = ["decline", "take back", "lapse", Choice.NO, None]
ANSWERS = ["approve"] * 8 + [Choice.YES] * 4 + ENDS

streams = st.sampled_from([1, 2, 3])
amounts = st.sampled_from([1, 200, 201, 800, 1_000, 1_001, 1_500]) | st.integers(1, 11_000)
epics = st.sampled_from([Purpose(7), Purpose(8)])
someone = st.sampled_from([ANA, BEN, CLEO, DANA, ELI])


class Ledger(RuleBasedStateMachine):
    """A period of three streams, beside a model of it: what each has available, held and spent, and
    what is committed to which epic.
    """

    requests = Bundle("requests")

    def __init__(self):
        super().__init__()
        self.entries, self.claims = [], {}
        portfolio = a_portfolio()
        self.streams = dict(enumerate(portfolio.value_streams, start=1))
        for number, stream in self.streams.items():
            stream.id = number
        self.portfolio, self.heeded, self.undone = portfolio, set(), Counter()
        self.available, self.held, self.spent = ({n: 0 for n in (1, 2, 3)} for _ in range(3))
        self.left = Counter()
        for number in self.streams:
            self.fund(number, FUNDED)

    @property
    def books(self):
        flows = [
            Flow(entry.kind, move, move.minor if entry.kind is EntryKind.SHIFT else 0)
            for entry in self.entries
            for move in entry.moves
        ]
        return Books(flows, self.undone)

    def write(self, kind, moves, shift_id=None):
        number = len(self.entries) + 1
        self.entries.append(Written(f"2026-{number:04}", number, kind, shift_id, list(moves)))

    def append(self, kind, moves, shift_id=None):
        """As a voluntary act is: whether it was taken."""
        try:
            self.books.check(moves)
        except Overdrawn:
            return False
        self.write(kind, moves, shift_id)
        return True

    @rule(stream=streams, minor=st.integers(-2_000, 2_000).filter(bool))
    def fund(self, stream, minor):
        taken = self.append(EntryKind.FUNDING, funding_moves(stream, minor))
        assert taken == (minor > 0 or self.available[stream] >= -minor)
        self.available[stream] += minor * taken

    @rule(stream=streams, epic=epics, minor=st.integers(-2_000, 2_000).filter(bool))
    def spend(self, stream, epic, minor):
        held = self.left[stream, epic]
        moves = spend_moves(stream, minor, [(epic, held)])
        self.write(EntryKind.SPEND, moves)
        assert spent_in(moves, stream) == minor
        first = max(0, min(minor, held))
        self.left[stream, epic] -= first
        self.available[stream] -= minor - first
        self.spent[stream] += minor

    @rule(stream=streams, epic=epics, minor=amounts)
    def commit(self, stream, epic, minor):
        taken = self.append(EntryKind.COMMIT, [commit_move(stream, minor, epic)])
        assert taken == (self.available[stream] >= minor)
        self.available[stream] -= minor * taken
        self.left[stream, epic] += minor * taken

    def release(self, epic):
        """Give back all that is left of it; how much."""
        left = {(committed(n), epic): self.left[n, epic] for n in (1, 2, 3)}
        moves = release_moves(left)
        assert not moves or self.append(EntryKind.RELEASE, moves)
        for stream in (1, 2, 3):
            self.available[stream] += self.left.pop((stream, epic), 0)
        return sum(move.minor for move in moves)

    @rule(epic=epics)
    def stop(self, epic):
        self.release(epic)
        assert self.release(epic) == 0

    @rule(epic=epics, to=streams)
    def give(self, epic, to):
        if need := self.release(epic):
            self.commit(to, epic, need)

    @rule(source=streams, to=streams)
    def merge(self, source, to):
        here = [epic for stream, epic in self.left if stream == source and self.left[stream, epic]]
        moves = [
            Move(committed(source), committed(to), self.left[source, epic], epic) for epic in here
        ]
        if source != to and moves:
            assert self.append(EntryKind.CARRY, moves)
            for epic in here:
                self.left[to, epic] += self.left.pop((source, epic))

    def people(self, asker, source, to):
        here = (asker, [OWNERS[source]], [OWNERS[to]], [DANA], [ANA], [BEN, ELI])
        return People(*here)

    @rule(target=requests, asker=someone, source=streams, to=streams, minor=amounts)
    def request(self, asker, source, to, minor):
        shift = self.ask(asker, source, to, minor)
        return multiple() if shift is None else shift

    def ask(self, asker, source, to, minor, undoes=None):
        if source == to:
            return None
        people, ends = self.people(asker, source, to), (self.streams[source], self.streams[to])
        books = self.books
        ruling = ruled(*(self.portfolio, YEAR, *ends, minor, books, people, MONDAY), undoes=undoes)
        assert (ruling.band is Band.OVERDRAWN) == (minor > self.available[source])
        b, s, o = ruling.position.funded, ruling.position.moved_silently, ruling.position.moved_out
        is_small = 100 * (s + minor) <= 2 * b and 100 * (o + minor) <= 10 * b
        is_large = b > 0 and (100 * minor > 10 * b or 100 * (o + minor) > 10 * b)
        if ruling.band is Band.OVERDRAWN or ruling.barred is not None:
            return None
        shift = ruling.ask("It waits", MONDAY)
        shift.id = len(self.claims) + 1
        if Seat.COUNCIL in ruling.seats:
            shift.decision = Decision(key="D-1")
        assert (Seat.COUNCIL in ruling.seats) == is_large or ruling.undone_soon
        if not shift.approvals:
            assert is_small
            assert asker == OWNERS[source] or undoes is not None
            move = Move(free(source), free(to), minor)
            assert self.append(EntryKind.SHIFT, [move], shift.id)
            self.available[source] -= minor
            self.available[to] += minor
            self.claim(shift, silent=True)
            self.bring_back(shift)
            return shift
        held = Move(free(source), set_aside(source), minor)
        assert self.append(EntryKind.HOLD, [held], shift.id)
        self.available[source] -= minor
        self.held[source] += minor
        self.claim(shift)
        return shift

    @rule(target=requests, shift=requests, asker=someone)
    def undo(self, shift, asker):
        """All of it that has not been asked back and is there."""
        if shift.outcome is not Outcome.MOVED:
            return multiple()
        stands = (None, Outcome.MOVED)
        back = [c for c in self.claims.values() if c.undoes is shift and c.outcome in stands]
        to = shift.to_stream.id
        try:
            most = shift.largest_undone(
                MONDAY, sum(each.amount_minor for each in back), self.available[to]
            )
        except Mistake:
            return multiple()
        back = self.ask(asker, to, shift.from_stream.id, most, undoes=shift)
        return multiple() if back is None else back

    @rule(shift=requests, who=someone, how=st.sampled_from(ANSWERS))
    def answer(self, shift, who, how):
        """By someone who may or may not; the council decides once, where it is asked."""
        if shift.outcome is not None:
            return
        people = self.people_of(shift)
        try:
            if how == "approve":
                shift.approve(who, MONDAY, people)
                assert who != shift.asked_by
            elif how == "decline":
                shift.decline(who, MONDAY, "No", people)
                assert who != shift.asked_by
            elif how == "take back":
                shift.take_back(who, MONDAY, is_admin=False)
                assert who == shift.asked_by
            elif how == "lapse":
                shift.end(Outcome.LAPSED, None, MONDAY)
            else:
                self.council_decides(shift, how)
        except Mistake:
            return
        self.settle(shift)

    def council_decides(self, shift, outcome):
        is_asked = any(each.seat is Seat.COUNCIL for each in shift.open_seats)
        if is_asked and shift.id not in self.heeded:
            self.heeded.add(shift.id)
            shift.decision.outcome = outcome
            shift.heed_council(shift.decision, MONDAY)
            assert outcome is Choice.YES or shift.outcome is Outcome.DECLINED

    def people_of(self, shift):
        return self.people(shift.asked_by, shift.from_stream.id, shift.to_stream.id)

    def settle(self, shift):
        """Have the ledger follow one that has ended, once."""
        if shift.outcome is None:
            assert shift.open_seats
            return
        source, to, minor = shift.from_stream.id, shift.to_stream.id, shift.amount_minor
        has_moved = shift.outcome is Outcome.MOVED
        if has_moved:
            assert not shift.open_seats
            assert {each.user_id for each in shift.approvals} - {shift.asked_by}
            by_council = any(each.seat is Seat.COUNCIL for each in shift.approvals)
            assert not by_council or shift.id in self.heeded
        into, kind = (to, EntryKind.SHIFT) if has_moved else (source, EntryKind.RELEASE)
        assert self.append(kind, [Move(set_aside(source), free(into), minor)], shift.id)
        self.held[source] -= minor
        self.available[into] += minor
        if has_moved:
            self.bring_back(shift)

    def bring_back(self, shift):
        """What moved silently and came back counts no longer."""
        if shift.undoes is not None and shift.undoes.is_silent:
            self.undone[shift.to_stream.id] += shift.amount_minor

    def claim(self, shift, *, silent=False):
        assert silent == (not shift.approvals)
        self.claims[shift.id] = shift

    @invariant()
    def all_accounts_together_are_0_and_each_is_what_the_model_says(self):
        books = self.books
        assert books.total == 0
        for stream in (1, 2, 3):
            found = books.balance(stream)
            assert (found.available, found.set_aside, found.spent) == (
                self.available[stream],
                self.held[stream],
                self.spent[stream],
            )
            assert found.committed == sum(n for (s, _), n in self.left.items() if s == stream)

    @invariant()
    def it_is_proved_whole_and_each_request_ended_once_as_it_says(self):
        assert first_fault(self.entries, len(self.entries) + 1) is None
        for shift in self.claims.values():
            theirs = [entry for entry in self.entries if entry.shift_id == shift.id]
            ends = (free(shift.from_stream.id), free(shift.to_stream.id))
            how = (shift.amount_minor, shift.outcome, not shift.approvals)
            assert shift_fault(Claim(shift.id, *ends, *how), theirs) is None


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


asks = st.tuples(someone, streams, streams, amounts)
answers = st.lists(st.tuples(someone, st.sampled_from(ANSWERS)), min_size=4, max_size=12)


@given(st.lists(st.tuples(asks, answers), min_size=2, max_size=6))
@settings(max_examples=200, deadline=None)
def test_money_moves_with_every_yes_it_takes_and_the_councils_where_it_is_asked(requests):
    ledger = Ledger()
    for asked, answered in requests:
        shift = ledger.ask(*asked)
        for who, how in answered if shift is not None else ():
            ledger.answer(shift, who, how)
        ledger.all_accounts_together_are_0_and_each_is_what_the_model_says()
        ledger.it_is_proved_whole_and_each_request_ended_once_as_it_says()
