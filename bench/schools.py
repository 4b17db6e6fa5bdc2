"""Measure the search for schools: with one hit, with some, with very many, and with a typing error."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from bench.report import Result
from bench.service import Request, service
from bench.world import World, world
from simulator.data import words
from simulator.data.draw import Draw
from simulator.data.schools import place
from simulator.schema.ids import make_id

SCHOOLS = 200_000
HITS_AND_LIMITS = ((1, 25), (160, 25))
"""The hits among 200,000 schools, and the limit of the p95 in milliseconds."""
VERY_COMMON, COMMON_MILLISECONDS = 40_000, 80
TWO_COMMON_MILLISECONDS = 100
"""The limit for two very common words."""
TYPO_MILLISECONDS = 150
_TWO_WORDS = "two very common words"
MOST_NAMES = 200
SHORTEST_NAME = 3
NEAR = 0.2
"""The permitted deviation from the wanted number of hits, as a share."""

_COPY = """
    COPY sf_account (id, name, type, city, state, state_code, country, country_code, is_deleted, system_modstamp)
    FROM STDIN
"""
_COUNT = """
    SELECT count(*) FROM sf_searchedschool
     WHERE sf_lexemes(words) @@ to_tsquery('simple', replace(sf_words(%s), ' ', ' & ') || ':*')
"""
_ONCE = """
    SELECT min(name) FROM sf_searchedschool JOIN sf_account ON id = account_id
     GROUP BY words HAVING count(*) = 1 ORDER BY md5(words) LIMIT %s
"""
_SCANS = "SELECT sum(seq_scan)::int FROM pg_stat_user_tables WHERE relname IN ('sf_account', 'sf_searchedschool')"
_STATISTICS_SECONDS = 3
"""After this time PostgreSQL's processes have reported their statistics."""


def schools_search(schools: int, runs: int) -> Iterator[Result]:
    """Search ten times as many schools as the other benchmarks have, but at most ``SCHOOLS``."""
    many = min(schools * 10, SCHOOLS)
    with world(200) as here:
        _fill(here, many)
        for hits, milliseconds in HITS_AND_LIMITS:
            number = max(1, hits * many // SCHOOLS)
            yield _search(
                here, f"over {many:,} schools, about {number:,} hits", _names(here, number), milliseconds, runs
            )
        yield from _common(here, many, runs)
        misspelled = [f"{name[:4]}{name[5:]}" for name in _names(here, 1) if name[:6].isalpha()]
        yield _search(here, f"over {many:,} schools, a letter left out", misspelled, TYPO_MILLISECONDS, runs)


def _common(here: World, many: int, runs: int) -> Iterator[Result]:
    """Search for a very common word, and for two very common words side by side."""
    hits = VERY_COMMON * many // SCHOOLS
    names = _names(here, hits)
    for what, milliseconds in (("a very common word", COMMON_MILLISECONDS), (_TWO_WORDS, TWO_COMMON_MILLISECONDS)):
        some = [name for name in names if (" " in name) == (what == _TWO_WORDS)]
        yield _search(here, f"over {many:,} schools, {what}, about {hits:,} hits", some, milliseconds, runs)


def _fill(here: World, many: int) -> None:
    """Fill the table directly with schools like those of the simulator."""
    now = datetime.now(UTC)
    draw = Draw(7, now)
    with here.connect() as connection:
        with connection.cursor().copy(_COPY) as copy:
            for number in range(many):
                made = place(draw, number)
                copy.write_row((
                    make_id("001", number), made.name, made.kind, made.city[:40], made.state[1], made.state[0],
                    made.country[1], made.country[0], False, now,
                ))  # fmt: skip
        connection.execute("VACUUM ANALYZE sf_account, sf_searchedschool")


def _search(here: World, kind: str, names: Sequence[str], milliseconds: int, runs: int) -> Result:
    searches = [Request(f"/api/v1/schools?name={quote(name)}", {}) for name in names]
    before = _scans(here)
    p50, p95 = (statistics.median(times) for times in zip(*(_times(here, searches) for _ in range(runs)), strict=True))
    scans = _scans(here) - before
    return Result(
        f"/schools?name= {kind}",
        f"p95 {p95:.0f} ms, {scans or 'no'} sequential scans",
        f"under {milliseconds} ms, none",
        p95 < milliseconds and not scans,
        f"p50 {p50:.0f} ms; {len(names)} names",
    )


def _times(here: World, searches: Sequence[Request]) -> tuple[float, float]:
    with service(here) as running:
        warm_up = [[Request("/api/v1/schools?name=nowhere+at+all&city=nowhere", {})]] * 8
        running.load(warm_up, allowed={"404"})
        seen = running.load([searches])
        return seen.percentile(50), seen.percentile(95)


def _scans(here: World) -> int:
    time.sleep(_STATISTICS_SECONDS)
    with here.connect() as connection:
        [[scans]] = connection.execute(_SCANS).fetchall()
    assert isinstance(scans, int)
    return scans


def _names(here: World, hits: int) -> Sequence[str]:
    """Return texts that match about this many schools."""
    with here.connect() as connection:
        rare = [str(row[0]) for row in connection.execute(_ONCE, [MOST_NAMES]).fetchall()]
        names = []
        for text in rare if hits == 1 else [*_towns(), *_parts()]:
            [[count]] = connection.execute(_COUNT, [text]).fetchall()
            assert isinstance(count, int)
            if abs(count - hits) <= hits * NEAR:
                names.append(text)
            if len(names) == MOST_NAMES:
                break
    if not names:
        raise SystemExit(f"no text matches about {hits} schools")
    return names


def _towns() -> Iterator[str]:
    """Yield towns and their beginnings: ``Ashbr`` matches two towns."""
    parts = (start + end[:length] for start in words.TOWN_STARTS for end in words.TOWN_ENDS for length in (2, 9))
    return iter(dict.fromkeys(parts))


def _parts() -> Iterator[str]:
    """Yield the substrings of a few words that occur in very many names. No substring comes twice."""
    whole = ("university", "college", "high school", "community college", "community", "academy")
    parts = (word[begin:end].strip() for word in whole for begin in range(len(word)) for end in range(len(word) + 1))
    return iter(dict.fromkeys(part for part in parts if len(part) >= SHORTEST_NAME))
