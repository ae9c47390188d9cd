"""What is asked of an application without a server, also where Chromium's loop runs."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(coroutine):
    """What it gives, from a loop of its own in a thread of its own."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, coroutine).result()
