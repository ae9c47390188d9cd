"""`python -m bench [NAME ...] [--database sqlite|postgresql]`: run benches, print the table.

Exit code 1 if a bar is not held.
"""

import argparse
import platform
import sys
from collections.abc import Callable, Iterator

from bench import (
    beside,
    budgets,
    burst,
    clicks,
    delivering,
    flow,
    growth,
    home,
    importing,
    starting,
    votes,
)
from bench.figures import Line, table

BENCHES: dict[str, Callable[[str], Iterator[Line]]] = {
    "beside": beside.measure,
    "budgets": budgets.measure,
    "burst": burst.measure,
    "clicks": clicks.measure,
    "deliver": delivering.measure,
    "flow": flow.measure,
    "growth": growth.measure,
    "home": home.measure,
    "import": importing.measure,
    "start": starting.measure,
    "votes": votes.measure,
}


def main() -> int:
    """Run what was asked for, one bench after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHES):
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; there are {[*BENCHES]}")
    kinds = [chosen.database] if chosen.database else ["sqlite", "postgresql"]
    lines: list[Line] = []
    for name in chosen.names or BENCHES:
        for kind in kinds:
            print(f"{name} on {kind} ...", file=sys.stderr, flush=True)
            for line in BENCHES[name](kind):
                print(line, file=sys.stderr, flush=True)
                lines.append(line)
    print(f"Python {platform.python_version()} on {platform.system()}\n\n{table(lines)}")
    return 1 if any(line.holds is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
