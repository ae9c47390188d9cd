"""A funded 2026: Onboarding of Cleo has 1.6 million, Platform of Eli 900,000; Dana is finance."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.workflows.budgets import considering, funding, ledger, shifting
from bot.workflows.keeping import Act
from bot.workflows.people.workspaces import grant_admin
from models.audit import audit
from models.budgets.forms import DeclineForm, FundingForm, ShiftForm
from models.budgets.ledger import Entry
from models.budgets.shift import Shift
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from models.portfolio.setup import StreamSetup
from tests.once import made_once
from tests.workflows.builders import ANA, MONDAY, a_portfolio

CLEO, DANA, ELI, FAY = "U0CLEO", "U0DANA", "U0ELI", "U0FAY"
EUR = 100
K = 1_000 * EUR
STREAMS = (
    StreamSetup(name="Onboarding", key_prefix="ONB", owner_user_id=CLEO, channel_id="C0ONB"),
    StreamSetup(name="Platform", key_prefix="PLA", owner_user_id=ELI, channel_id="C0PLA"),
)


@dataclass
class Year:
    """What can be done in it, each in a transaction of its own."""

    database: object
    workspace_id: int
    portfolio_id: int
    onboarding: int
    platform: int

    def do(self, who, deed, *arguments, at=MONDAY):
        with self.database.write(audit.Act(who, "button", at)) as session:
            return deed(Act(session, self.workspace_id, who, at), *arguments)

    def read(self, who, deed, *arguments, at=MONDAY):
        with self.database.read() as session:
            return deed(Act(session, self.workspace_id, who, at), *arguments)

    def fund(self, stream_id, minor, who=DANA):
        form = FundingForm(value_stream_id=stream_id, amount_minor=minor, reason="The budget")
        return self.do(who, funding.fund, self.portfolio_id, form)

    def form(self, minor, source=None, to=None):
        return ShiftForm(
            from_stream_id=source or self.onboarding,
            to_stream_id=to or self.platform,
            amount_minor=minor,
            reason="A second test environment",
        )

    def consider(self, who, minor, at=MONDAY, **ends):
        def considered(act):
            portfolio = act.session.get_one(Portfolio, self.portfolio_id)
            return considering.consider(act, portfolio, self.form(minor, **ends))

        return self.read(who, considered, at=at)

    def ask(self, who, minor, at=MONDAY, **ends):
        seen = self.consider(who, minor, at, **ends).mark
        form = self.form(minor, **ends)
        return self.do(who, shifting.ask, self.portfolio_id, form, seen, at=at)

    def approve(self, who, shift, at=MONDAY):
        return self.do(who, shifting.approve, shift.id, at=at)

    def decline(self, who, shift, at=MONDAY):
        return self.do(who, shifting.decline, shift.id, DeclineForm(reason="Not now"), at=at)

    def take_back(self, who, shift, at=MONDAY):
        return self.do(who, shifting.take_back, shift.id, at=at)

    def lapse(self, shift, at):
        with self.database.write() as session:
            shifting.lapse_due(session, shift.id, at)

    def books(self):
        with self.database.read() as session:
            portfolio = session.get_one(Portfolio, self.portfolio_id)
            period = ledger.period_at(session, portfolio, MONDAY)
            return ledger.books_of(session, portfolio, period, MONDAY)

    def has(self, stream_id):
        return self.books().balance(stream_id)

    def outcome(self, shift):
        with self.database.read() as session:
            return session.get_one(Shift, shift.id).outcome

    def entries(self):
        with self.database.read() as session:
            return session.scalars(select(Entry.kind).order_by(Entry.number)).all()


def a_year(database, onboarding=1_600 * K, platform=900 * K):
    return Year(database, *a_funded_year(database, onboarding, platform))


@made_once
def a_funded_year(database, onboarding, platform):
    """The ids of the workspace, the portfolio and both streams."""
    workspace_id, portfolio_id = a_portfolio(database, *STREAMS)
    with database.write() as session:
        grant_admin(session, workspace_id, ANA, None, MONDAY)
        here = {"workspace_id": workspace_id, "portfolio_id": portfolio_id}
        session.add(RoleGrant(user_id=DANA, role=Role.FINANCE, **here))
        portfolio = session.get_one(Portfolio, portfolio_id)
        portfolio.channel_id = "C0SHOP"
        ids = {stream.name: stream.id for stream in portfolio.value_streams}
    gave = workspace_id, portfolio_id, ids["Onboarding"], ids["Platform"]
    year = Year(database, *gave)
    for stream_id, minor in ((year.onboarding, onboarding), (year.platform, platform)):
        if minor:
            year.fund(stream_id, minor)
    return gave
