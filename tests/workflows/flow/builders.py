"""Epics with a past, and what each of `/flow`'s pages shows of them."""

from datetime import timedelta

from bot.slack.blocks import modal
from bot.views.flow.actions import ExplainFlow, FlowAging, FlowForecast, FlowMetrics
from bot.views.flow.explained import explained
from bot.views.flow.picture import sketch
from bot.views.flow.summary import aging_page, forecast_page, metrics_page
from bot.workflows.flow import summary
from bot.workflows.flow.explaining.explained import explain_chosen
from bot.workflows.keeping import Act
from models.epics.epic import Epic
from models.flow.choice import FlowChoice
from models.portfolio.portfolio import Portfolio
from tests.views.reading import shown_form
from tests.workflows.builders import ANA, MONDAY

DAY = timedelta(days=1)


def an_epic(database, portfolio_id, *way, stream=0, **more):
    """One that entered states so many days before that Monday: ("ready", 20), ("done", 4)."""
    with database.write() as session:
        portfolio = session.get_one(Portfolio, portfolio_id)
        value_stream = sorted(portfolio.value_streams, key=lambda each: -each.id)[stream]
        epic = Epic(
            workspace_id=portfolio.workspace_id,
            portfolio=portfolio,
            value_stream=value_stream,
            key=value_stream.take_key(),
            title="Refunds",
            version=1,
        )
        for name, value in more.items():
            setattr(epic, name, value)
        for step, (name, days_ago) in enumerate(way):
            at, state = MONDAY - days_ago * DAY, portfolio.state(name)
            session.add(epic.move(state, None, None, at) if step else epic.enter(state, at, None))
        session.flush()
        return epic.id


def finishes(database, portfolio_id, count, took=10, ago=20, **more):
    for _ in range(count):
        an_epic(database, portfolio_id, ("ready", ago + took), ("done", ago), **more)


class Pages:
    """What someone reads on the four pages of a portfolio, as of a day where one is named."""

    def __init__(self, database, shop, at=MONDAY, **choice):
        with database.read() as session:
            act = Act(session, shop[0], ANA, at)
            self.choice = FlowChoice(**choice)
            where = {"portfolio": shop[1], "stream": self.choice.stream_id, "on": self.choice.on}
            asked = (act, shop[1], self.choice)
            of_metrics = summary.summary(*asked, 1)
            self.metrics = read(metrics_page(of_metrics, FlowMetrics(**where), []))
            of_forecast = summary.forecast(*asked)
            self.forecast = read(forecast_page(of_forecast, FlowForecast(**where), []))
            of_ages = summary.aging(*asked, 1)
            self.ageing = read(aging_page(of_ages, FlowAging(**where), []))
            self.sketch = sketch(of_ages)
            self.explained = read(explained(explain_chosen(*asked, 1), ExplainFlow(**where)))


def read(page):
    return "\n".join(shown_form(modal("page", page.title, list(page.blocks), close="Close")))
