"""Portfolios to begin with, where a test is about something else than how they are set up."""

from bot.workflows.portfolio.setting_up import go_live


def at_work(session, portfolio, at):
    """Have the portfolio live, and let epics move as they like."""
    go_live(session, portfolio.workspace_id, None, portfolio.id, at)
    without_policies(portfolio)
    return portfolio


def without_policies(portfolio):
    """Ask nothing of epics on their way."""
    for state in portfolio.states:
        state.exit_requires = []
