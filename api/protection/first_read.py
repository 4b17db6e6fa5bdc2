"""Let the limiter's statement also run a route's first read: one round trip to PostgreSQL for both.

Round trips are the greatest cost of a request. The route declares what it will read (``reads_first``), the limiter
asks once the caller is known (``api/auth/throttling.py``), and the view takes the answer (``rows_read_first``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase
from ninja.decorators import decorate_view

from sf.ingest.prepared import Rows, Statement

_QUESTION, _ANSWER = "sfapi_first_question", "sfapi_first_answer"

Question = Callable[..., Statement | None]
"""Returns the first read of a request, from the request and its path values; ``None`` when it is not known so early."""
Run = Callable[..., HttpResponseBase]
View = TypeVar("View", bound=Callable[..., Any])


def reads_first(question: Question) -> Callable[[View], View]:
    """Declare the first read of a ninja view. Use it below ``@router.get``."""

    def noting(run: Run) -> Run:
        @wraps(run)
        def run_with_question(request: HttpRequest, **path: Any) -> HttpResponseBase:
            vars(request)[_QUESTION] = partial(question, request, **path)
            return run(request, **path)

        return run_with_question

    return decorate_view(noting)


def first_question(request: HttpRequest) -> Statement | None:
    """Return the statement that the route of this request prefetches. The caller must be known."""
    question = vars(request).get(_QUESTION)
    return question() if question else None


def keep_answer(request: HttpRequest, question: Statement, rows: Rows) -> None:
    vars(request)[_ANSWER] = (question, rows)


def rows_read_first(request: HttpRequest, statement: Statement) -> Rows:
    """Return the prefetched rows if this statement was prefetched, otherwise run it. Prefetched rows are used once."""
    question, rows = vars(request).pop(_ANSWER, (None, None))
    return rows if question == statement else statement.rows()
