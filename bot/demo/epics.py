"""A made-up portfolio's half year: what was proposed, when, and how it went."""

from bot.demo import onboarding as sample_onboarding
from bot.demo import payments as sample_payments
from bot.demo import platform as sample_platform

EPICS = sorted(
    (*sample_payments.EPICS, *sample_onboarding.EPICS, *sample_platform.EPICS),
    key=lambda sample: -sample.days_ago,
)
"""In the order in which they came."""
