"""Work whose attempts are used up: seen by an operator, and done once it is asked for."""

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from bot.app import Tack
from bot.settings import Settings
from bot.web import web
from tests.loops import run
from tests.terminals import typed


@pytest.fixture
def given_up(shop):
    """The first card was tried twelve times, in vain, and who can mend it was told."""
    shop.slack.fail_next("chat.postMessage", error="msg_too_long", times=12)
    shop.propose()
    for _ in range(13):
        shop.do_what_is_due()
        shop.slack.clock.advance(400)
    shop.slack.clock.resume()


def work(database_url, *arguments):
    done = typed("work", *arguments, DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("given_up")
def test_it_is_listed_with_its_last_error_and_done_once_it_is_requeued(shop, database_url):
    (line,) = work(database_url, "list").splitlines()
    assert line.split() == ["message:1", "given", "up", "msg_too_long"]
    work(database_url, "requeue", "message:1")
    shop.do_for(2)
    assert shop.texts == ["PAY-1 is in funnel"]
    assert shop.claim() == []


def test_what_was_not_given_up_is_not_done_before_its_time(shop, database_url):
    shop.propose()
    before = work(database_url, "list")
    done = typed("work", "requeue", before.split()[0], DATABASE_URL=database_url)
    assert done.returncode == 2
    assert " was not given up: it will run by itself, due " in done.stderr
    assert work(database_url, "list") == before


def figures(shop, database_url):
    """What /metrics of a Tack beside tells."""
    settings = Settings(
        database_url=database_url,
        slack_bot_token=SecretStr(shop.slack.bot_token),
        slack_signing_secret=SecretStr(shop.slack.signing_secret),
        slack_api_url=shop.slack.api_url,
    )
    tack = Tack(settings, "http", shop.slack.clock)
    tack.prepare()
    told = run(metrics(tack)).splitlines()
    tack.stop()
    return told


async def metrics(tack):
    async with AsyncClient(transport=ASGITransport(web(tack)), base_url="http://tack") as client:
        return (await client.get("/metrics")).text


@pytest.mark.usefixtures("given_up")
def test_it_is_counted_in_the_metrics(shop, database_url):
    shop.propose("Another")
    told = figures(shop, database_url)
    assert {"tack_work_dead 1.0", "tack_work_due 1.0", "tack_slack_away 0.0"} <= set(told)
