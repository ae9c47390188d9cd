"""What each process of Tack reads when it first needs it, read before others are forked off one."""

import psycopg  # noqa: F401

from bot.app import certificates
from bot.slack.mrkdwn import MARKUP, PLAIN
from tests.once import compile_templates_once

certificates()
compile_templates_once()
for environment in (MARKUP, PLAIN):
    for template in environment.list_templates(extensions=["j2"]):
        environment.get_template(template)
