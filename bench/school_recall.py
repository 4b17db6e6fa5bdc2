"""Measure recall: a search for a differently typed name must show the school in its first ten results.

The variable ``SCHOOL_NAMES`` is the path of a JSON list of objects with a ``name``, such as the list in
Hipo/university-domains-list (MIT). Without the variable, nothing is measured, and a line on stderr says so.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import requests

from bench.report import Result
from bench.service import HOST, Service, service
from bench.world import World, world
from simulator.schema.ids import make_id

Change = Callable[[str], str]

FIRST = 10
SAMPLE = 150
"""The largest number of names for each kind of change."""

_COPY = """
    COPY sf_account (
        id, name, type, city, state, state_code, country, sheer_id_school_name, is_deleted, system_modstamp
    ) FROM STDIN
"""
CITIES = (("Houston", "Texas", "TX"), ("Saint Paul", "Minnesota", "MN"), ("Coeur d'Alene", "Idaho", "ID"))


def school_recall() -> Iterator[Result]:
    path = os.environ.get("SCHOOL_NAMES")
    if not path:
        print("The recall of the search for schools is not measured: set SCHOOL_NAMES", file=sys.stderr)
        return
    names = list(dict.fromkeys(row["name"] for row in json.loads(Path(path).read_text())))
    with world(50) as here:
        _fill(here, names)
        with service(here) as running:
            draw = random.Random(7)
            for kind, change, goal in _kinds(draw):
                yield _recall(running, names, kind, change, goal, draw)


def _kinds(draw: random.Random) -> Iterator[tuple[str, Change, float]]:
    yield from ((kind, change, 0.99) for kind, change in SINGLE.items())
    for (first, one), (second, other) in combinations(SINGLE.items(), 2):
        if draw.random() < 0.25:
            yield f"{first}, {second}", _both(one, other), 0.99
    yield "SheerID's name with city and state", lambda name: f"{name} ({', '.join(_city(name)[::2])})", 0.95
    yield "one typing error", lambda name: _with_typo(name, draw), 0.90
    yield "one word as two", lambda name: _with_blank(name, draw), 0.95
    yield "two words as one", lambda name: _without_blank(name, draw), 0.95


def _both(first: Change, second: Change) -> Change:
    return lambda name: second(first(name))


def _city(name: str) -> tuple[str, str, str]:
    return CITIES[len(name) % len(CITIES)]


def _fill(here: World, names: Sequence[str]) -> None:
    """Fill the table.

    Every second school has a SheerID name, such as “Rice University (Houston, TX)”. The others have only
    the separate columns for name, city and state.
    """
    with here.connect() as connection, connection.cursor().copy(_COPY) as copy:
        for number, name in enumerate(names):
            city, state, code = _city(name)
            copy.write_row((
                make_id("001", number), name, "College/University (4)", city, state, code, "United States",
                f"{name} ({city}, {code})"[:255] if number % 2 else None, False, datetime.now(UTC),
            ))  # fmt: skip
    with here.connect() as connection:
        connection.execute("VACUUM ANALYZE sf_account")


def _recall(
    running: Service, names: Sequence[str], kind: str, change: Change, goal: float, draw: random.Random
) -> Result:
    changed = [(name, typed) for name in draw.sample(names, len(names)) if (typed := change(name)) != name][:SAMPLE]
    missed = [(name, typed) for name, typed in changed if name not in _first_names(running, typed)]
    share = 1 - len(missed) / max(1, len(changed))
    examples = "; ".join(f"{typed!r} for {name!r}" for name, typed in missed[:3])
    return Result(
        f"schools found in the first {FIRST}: {kind}",
        f"{share:.1%} of {len(changed)}",
        f"{goal:.0%}",
        share >= goal,
        examples,
    )


def _first_names(running: Service, typed: str) -> list[Any]:
    parameters: dict[str, Any] = {"name": typed[:255], "limit": FIRST}
    answer = requests.get(f"http://{HOST}:{running.port}/api/v1/schools", params=parameters, timeout=30)
    return [school["name"] for school in answer.json().get("schools", [])]


def _with_typo(name: str, draw: random.Random) -> str:
    """Change, drop, double or swap one letter of a word that has five or more."""
    words = list(re.finditer(r"[A-Za-z]{5,}", name))
    if not words:
        return name
    word = draw.choice(words)
    text = word.group()
    place = draw.randrange(1, len(text) - 1)
    letters = [
        text[:place] + draw.choice("abcdefghijklmnopqrstuvwxyz") + text[place + 1 :],
        text[:place] + text[place + 1 :],
        text[:place] + text[place] + text[place:],
        text[:place] + text[place + 1] + text[place] + text[place + 2 :],
    ]
    return name[: word.start()] + draw.choice(letters) + name[word.end() :]


def _with_blank(name: str, draw: random.Random) -> str:
    """Put a space into a word of six or more letters. Words that begin with Univ are left alone.

    The search takes the word Univ for University.
    """
    words = re.finditer(r"\b(?!Univ)[A-Za-z]{6,}\b", name)
    places = [word.start() + place for word in words for place in range(3, len(word[0]) - 2)]
    place = draw.choice(places or [0])
    return f"{name[:place]} {name[place:]}".strip()


def _without_blank(name: str, draw: random.Random) -> str:
    """Join two neighboring words of three or more letters."""
    places = [blank.start() for blank in re.finditer("(?<=[A-Za-z]{3}) (?=[A-Za-z]{3})", name)]
    if not places:
        return name
    place = draw.choice(places)
    return name[:place] + name[place + 1 :]


def _words_turned(name: str) -> str:
    words = name.split()
    return " ".join([*words[1:], words[0]])


def _without_accents(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))


SINGLE: dict[str, Change] = {
    "upper case": str.upper,
    "without accents": _without_accents,
    "decomposed accents (NFD)": lambda name: unicodedata.normalize("NFD", name),
    "without commas": lambda name: name.replace(",", ""),
    "without periods": lambda name: name.replace(".", ""),
    "without apostrophes": lambda name: re.sub("['’ʻ]", "", name),
    "hyphens as blanks": lambda name: re.sub("[-–]", " ", name),
    "and for &": lambda name: name.replace("&", "and"),
    "& for and": lambda name: re.sub(r"\band\b", "&", name),
    "Saint for St": lambda name: re.sub(r"\bSt\b\.?", "Saint", name),
    "St for Saint": lambda name: re.sub(r"\bSaint\b", "St.", name),
    "Univ for University": lambda name: re.sub(r"\bUniversity\b", "Univ", name),
    "without quotes": lambda name: re.sub('["“”]', "", name),
    "two blanks": lambda name: name.replace(" ", "  "),
    "no-break spaces": lambda name: name.replace(" ", "\u00a0"),
    "another order of words": _words_turned,
    "The in front": lambda name: f"The {name}",
    "without The": lambda name: re.sub("^The ", "", name),
    "without parentheses": lambda name: re.sub(r"\s*\([^)]*\)", "", name),
    "punctuation as blanks": lambda name: "".join(
        " " if unicodedata.category(sign)[0] in "PS" else sign for sign in name
    ),
}
