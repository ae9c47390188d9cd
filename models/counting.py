"""How many of something, as people write it."""


def plural(count: int, one: str) -> str:
    """The noun for so many, where its plural ends in s: "epic", "epics"."""
    return one if count == 1 else f"{one}s"


def counted(count: int, one: str) -> str:
    """ "1 epic", "2,000 epics"."""
    return f"{count:,} {plural(count, one)}"
