"""SIGKILL while the picture of ageing is on its way: Slack has it once, and it is shown."""

from datetime import timedelta

import pytest

UPLOAD, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"


def place_of_picture(form):
    return next(each for each in form.blocks if each.get("block_id") == "picture")


@pytest.mark.parametrize("at", [UPLOAD, COMPLETE])
def test_a_picture_comes_once_also_where_tack_is_killed_before_slack_has_answered(shop, at):
    slack, ana = shop.slack, shop.slack.as_user("ana")
    slack.ack_within_s, slack.workspace.trigger_lives = 60.0, timedelta(minutes=10)
    shop.move(shop.propose(), "implementing")
    running = shop.run()
    slack.answer_late(at, 3)
    ana.types("/flow aging", channel="payments")
    slack.wait_for(lambda: any(each.method == at for each in slack.requests), 30)
    running.kill()
    running.start()

    def shown():
        place = place_of_picture(ana.form(title="Ageing"))
        if place["type"] != "image" and "did not take it in time" in str(place):
            ana.types("/flow aging", channel="payments")
        return place["type"] == "image"

    slack.wait_for(shown, 60)
    kept = [file.id for file in slack.workspace.files.values() if file.completed]
    assert kept == [place_of_picture(ana.form(title="Ageing"))["slack_file"]["id"]]
