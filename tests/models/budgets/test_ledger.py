"""Whatever is done in whatever order: nothing is made or lost, and nobody but a fact overdraws."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

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
from models.budgets.proof import Claim, Written, first_fault, shift_fault
from models.budgets.shift import Outcome
from models.budgets.spend import spend_moves, spent_in

streams = st.sampled_from([1, 2, 3])
amounts = st.integers(1, 1_000)
epics = st.sampled_from([Purpose(7), Purpose(8)])


class Ledger(RuleBasedStateMachine):
    """A period of three streams, beside a model of it: what each has available, held and spent, and
    what is committed to which epic.
    """

    requests = Bundle("requests")
    moved = Bundle("moved")

    def __init__(self):
        super().__init__()
        self.entries, self.claims = [], {}
        self.available, self.held, self.spent = ({n: 0 for n in (1, 2, 3)} for _ in range(3))
        self.left = Counter()

    @property
    def books(self):
        return Books([Flow(entry.kind, move) for entry in self.entries for move in entry.moves])

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

    @rule(stream=streams, minor=st.integers(-1_000, 1_000).filter(bool))
    def fund(self, stream, minor):
        taken = self.append(EntryKind.FUNDING, funding_moves(stream, minor))
        assert taken == (minor > 0 or self.available[stream] >= -minor)
        self.available[stream] += minor * taken

    @rule(stream=streams, epic=epics, minor=st.integers(-1_000, 1_000).filter(bool))
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

    @rule(target=moved, source=streams, to=streams, minor=amounts)
    def move_silently(self, source, to, minor):
        if source == to:
            return None
        shift_id = len(self.claims) + 1
        taken = self.append(EntryKind.SHIFT, [Move(free(source), free(to), minor)], shift_id)
        assert taken == (self.available[source] >= minor)
        if taken:
            self.available[source] -= minor
            self.available[to] += minor
            self.claim(shift_id, source, to, minor, Outcome.MOVED, silent=True)
        return (source, to, minor) if taken else None

    @rule(shift=consumes(moved))
    def undo(self, shift):
        if shift is not None:
            source, to, minor = shift
            self.move_silently(to, source, minor)

    @rule(target=requests, source=streams, to=streams, minor=amounts)
    def ask(self, source, to, minor):
        shift_id = len(self.claims) + 1
        held = [Move(free(source), set_aside(source), minor)]
        if source == to or not self.append(EntryKind.HOLD, held, shift_id):
            return None
        self.available[source] -= minor
        self.held[source] += minor
        self.claim(shift_id, source, to, minor, None)
        return shift_id, source, to, minor

    @rule(request=consumes(requests), is_given=st.booleans())
    def end(self, request, is_given):
        if request is None:
            return
        shift_id, source, to, minor = request
        into = to if is_given else source
        kind = EntryKind.SHIFT if is_given else EntryKind.RELEASE
        assert self.append(kind, [Move(set_aside(source), free(into), minor)], shift_id)
        self.held[source] -= minor
        self.available[into] += minor
        outcome = Outcome.MOVED if is_given else Outcome.DECLINED
        self.claim(shift_id, source, to, minor, outcome)

    def claim(self, shift_id, source, to, minor, outcome, *, silent=False):
        self.claims[shift_id] = Claim(shift_id, free(source), free(to), minor, outcome, silent)

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
        for claim in self.claims.values():
            theirs = [entry for entry in self.entries if entry.shift_id == claim.shift_id]
            assert shift_fault(claim, theirs) is None


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
