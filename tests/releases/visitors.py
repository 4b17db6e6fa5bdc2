"""Visitors that request every route of a CSV file from a running service, as fast as it answers."""

from __future__ import annotations

import csv
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import requests

from tests.api.cookies import CookieMaker
from tests.api.world import SUPER_USER, World
from tests.in_background import in_background

ADMIN_NAME, ADMIN_PASSWORD = "operator", "only-for-this-test"
PAGES = ("/", "/pardot/", "/sign-in/", "/ping/", "/healthz/", "/metrics", "/api/v1/docs", "/api/v1/openapi.json")
ASK_SECONDS = 120
_ADMIN_PAGE = re.compile(r'href="(/admin/\w+/\w+/)"')

Request = tuple[str, str, str]
"""Method, address, and body."""


def requests_of(table: Path, world: World) -> list[Request]:
    """Return a request for each line of a ``routes_and_callers.csv``."""
    with table.open(newline="") as file:
        return [(line["method"], world.address(line), line["body"]) for line in csv.DictReader(file)]


def routes_in(table: Path) -> set[str]:
    """Return the routes of a ``routes_and_callers.csv``."""
    with table.open(newline="") as file:
        return {f"{line['method']} {line['route']}" for line in csv.DictReader(file)}


def routes_of(url: str) -> set[str]:
    """Return the routes in the service's OpenAPI document."""
    paths = requests.get(f"{url}/api/v1/openapi.json", timeout=ASK_SECONDS).json()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def super_user(url: str, cookies: CookieMaker) -> requests.Session:
    """Return a Super User's session, with the CSRF token that a page would send."""
    session, cookie = requests.Session(), f"oxa={cookies.cookie(uuid=SUPER_USER)}"
    me = session.get(f"{url}/api/v1/me", headers={"Cookie": cookie}, timeout=ASK_SECONDS)
    session.headers["Cookie"] = f"{cookie}; csrftoken={session.cookies['csrftoken']}"
    session.headers["X-CSRFToken"] = me.json()["csrf_token"]
    session.cookies.clear()
    return session


def service(key: str) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key}"
    return session


def operator(url: str) -> tuple[requests.Session, list[Request]]:
    """Return an admin session, and the lists of records to which the admin's start page links."""
    session = requests.Session()
    session.get(f"{url}/admin/login/", timeout=ASK_SECONDS)
    answers = {"username": ADMIN_NAME, "password": ADMIN_PASSWORD, "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    start = session.post(f"{url}/admin/login/?next=/admin/", data=answers, timeout=ASK_SECONDS)
    assert start.ok
    pages = sorted(set(_ADMIN_PAGE.findall(start.text)))
    assert len(pages) > 10, pages
    return session, [("GET", page, "") for page in pages]


class Load:
    """The answers to visitors: the count of each status, by request."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], Counter[int]] = {}
        self.broken: list[str] = []
        self._lock, self._ended = threading.Lock(), threading.Event()

    @contextmanager
    def of(self, visitors: Sequence[tuple[str, requests.Session, Sequence[Request]]]) -> Iterator[None]:
        """Let the visitors send their requests, in random order, until the context ends.

        Each visitor sends all its requests at least once.
        """
        with in_background([partial(self._work, *visitor) for visitor in visitors], self._ended):
            yield

    def never_shown(self) -> dict[str, list[int]]:
        """Return the addresses that no visitor could GET, with their statuses."""
        failed = {request: sorted(statuses) for request, statuses in self.seen.items() if min(statuses) >= 400}
        return {address: statuses for (method, address), statuses in failed.items() if method == "GET"}

    def _work(self, url: str, session: requests.Session, visits: Sequence[Request]) -> None:
        first = True
        while first or not self._ended.is_set():
            for request in random.sample(visits, len(visits)):
                if first or not self._ended.is_set():
                    self._ask(url, session, *request)
            first = False

    def _ask(self, url: str, session: requests.Session, method: str, address: str, body: str) -> None:
        headers = {"Content-Type": "application/json"} if body else {}
        data = body.encode() or None
        answer = session.request(
            method,
            url + address,
            data=data,
            headers=headers,
            timeout=ASK_SECONDS,
            allow_redirects=False,
        )
        with self._lock:
            self.seen.setdefault((method, address), Counter())[answer.status_code] += 1
            if answer.status_code >= 500:
                self.broken.append(f"{method} {url + address}: {answer.status_code} {answer.text[:400]}")
