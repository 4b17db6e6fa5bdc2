"""``python -m bench``: run the benchmarks and write ``bench/results/latest.md`` and ``latest.json``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from bench import report
from bench.camp import camp_ceiling, camp_survey
from bench.camp_endpoints import camp_endpoints
from bench.connectors import connectors
from bench.dashboard import dashboard
from bench.endpoints import endpoints
from bench.follow import follow
from bench.ledger import ledger
from bench.lighthouse import lighthouse
from bench.neighbors import neighbors
from bench.overhead import overhead
from bench.report import Result
from bench.school_recall import school_recall
from bench.schools import schools_search
from bench.servers import servers
from bench.startup import startup
from bench.sync import sync_memory, sync_speed

FULL_SCALE = 20_000


def main() -> int:
    options = _options()
    benchmarks = _benchmarks(options)
    results: list[Result] = []
    for name in options.only or benchmarks:
        for result in benchmarks[name]():
            results.append(result)
            print(f"{'ok ' if result.reached else 'NO '} {result.what}: {result.figure} ({result.goal})", flush=True)
    print(f"\n{report.write(results, f'{options.schools:,} schools, median of {options.runs} runs')}")
    # A small run only shows that the benchmarks work, so it may miss their goals.
    return 0 if options.schools < FULL_SCALE or all(result.reached for result in results) else 1


def _benchmarks(options: argparse.Namespace) -> dict[str, Callable[[], Iterator[Result]]]:
    # 2,000, 20,000 and 73,000 schools are 27 thousand, 274 thousand and a million rows.
    sizes = [max(options.schools // 10, 200), options.schools, int(options.schools * 3.65)]
    return {
        "startup": lambda: startup(options.runs),
        "sync": lambda: sync_speed(options.schools, options.runs),
        "memory": lambda: sync_memory(sizes),
        "connectors": lambda: connectors(options.schools, options.runs),
        "endpoints": lambda: endpoints(options.schools, options.runs),
        "servers": lambda: servers(options.schools, options.runs),
        "neighbors": lambda: neighbors(options.schools, options.runs),
        "follow": lambda: follow(options.schools, options.runs),
        "schools": lambda: schools_search(options.schools, options.runs),
        "school-recall": school_recall,
        "camp": lambda: camp_survey(options.schools, options.runs),
        "camp-ceiling": lambda: camp_ceiling(options.schools),
        "camp-endpoints": lambda: camp_endpoints(max(1, FULL_SCALE // options.schools), options.runs),
        "ledger": lambda: ledger(max(1, FULL_SCALE // options.schools), options.runs),
        "dashboard": lambda: dashboard(max(1, FULL_SCALE // options.schools), options.runs),
        "lighthouse": lambda: lighthouse(options.runs),
        "overhead": lambda: overhead(options.schools, options.runs),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--schools", type=int, default=FULL_SCALE, help="number of schools; default %(default)s")
    parser.add_argument("--runs", type=int, default=3, help="number of runs; the median counts; default %(default)s")
    parser.add_argument("only", nargs="*", help="names of benchmarks; default: all")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
