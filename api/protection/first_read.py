"""What a route reads first is asked for by the limiter's own statement: one round trip to PostgreSQL for both.

Round trips are what a request costs most. The route says what it will read (``reads_first``), the limiter asks once
the caller is known (``api/auth/throttling.py``), and the view takes the answer (``rows_read_first``).
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
"""What a request reads first, by the request and what stands in its path; ``None``: that is not known so early."""
Run = Callable[..., HttpResponseBase]
View = TypeVar("View", bound=Callable[..., Any])


def reads_first(question: Question) -> Callable[[View], View]:
    """For a view of ninja, below its ``@router.get``."""

    def noting(run: Run) -> Run:
        @wraps(run)
        def run_with_question(request: HttpRequest, **path: Any) -> HttpResponseBase:
            vars(request)[_QUESTION] = partial(question, request, **path)
            return run(request, **path)

        return run_with_question

    return decorate_view(noting)


def first_question(request: HttpRequest) -> Statement | None:
    """What the route of this request wants to be asked along; its caller is known."""
    question = vars(request).get(_QUESTION)
    return question() if question else None


def keep_answer(request: HttpRequest, question: Statement, rows: Rows) -> None:
    vars(request)[_ANSWER] = (question, rows)


def rows_read_first(request: HttpRequest, statement: Statement) -> Rows:
    """The rows of ``statement``: those that were asked along, once; else they are asked for now."""
    question, rows = vars(request).pop(_ANSWER, (None, None))
    return rows if question == statement else statement.rows()
