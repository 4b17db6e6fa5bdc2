"""Taking Salesforce's answers apart: what is not of the form that was asked for was not an answer of Salesforce."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sf.salesforce.errors import TransientError


@contextmanager
def understood(asked: str) -> Iterator[None]:
    """What cannot be understood inside (a page of a proxy, half an answer) is a ``TransientError``: it says nothing of
    whether the call was carried out. ``asked`` is method and path, for the message."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"no {error} in it" if isinstance(error, KeyError) else str(error)
        failure = TransientError(f"Salesforce's answer to {asked} is not understood: {why}")
        failure.unanswered = True
        raise failure from error
