"""Remove old cases and forms.

Only these are removed:

* cases that Salesforce has
* cases that Salesforce refused at once, so that the caller got the error
* dead letters that an operator has dealt with
* the forms of these cases
* forms that are spam

Queued cases and all other dead letters stay, however old they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from api.models import FormSubmission, OutboundCase
from api.retention.logs import CHUNK, Pruned

State = OutboundCase.State


def prune_cases(*, days: int, dry_run: bool = False) -> Iterator[Pruned]:
    """Remove cases that ended, and spam that arrived, more than ``days`` days ago, chunk by chunk.

    For a dead letter, the days count from when an operator dealt with it. The form of a case is removed with the case.
    With ``dry_run``, only count. With 0 days, remove nothing.
    """
    if not days:
        return
    past = Now() - timedelta(days=days)
    # Filter by the creation time too, because it has an index.
    ended = Q(state__in=[State.DELIVERED, State.REFUSED]) | Q(state=State.FAILED, settled_at__lt=past)
    cases = OutboundCase.objects.filter(ended, ended_at__lt=past, created_at__lt=past)
    spam = FormSubmission.objects.filter(case=None, created_at__lt=past)
    if dry_run:
        yield Pruned(OutboundCase, cases.count())
        yield Pruned(FormSubmission, FormSubmission.objects.filter(case__in=cases).count() + spam.count())
        return
    removed, forms = _remove_cases(cases)
    yield Pruned(OutboundCase, removed)
    yield Pruned(FormSubmission, forms + _remove_spam(spam))


def _remove_cases(cases: models.QuerySet[OutboundCase]) -> tuple[int, int]:
    """Remove cases, and return the number of cases and of their forms."""
    removed = forms = 0
    while True:
        with transaction.atomic():
            # The lock keeps an operator from queuing a case again before it is deleted.
            ids = list(cases.select_for_update(skip_locked=True).values_list("pk", flat=True)[:CHUNK])
            forms += FormSubmission.objects.filter(case__in=ids)._raw_delete(cases.db) if ids else 0
            removed += OutboundCase.objects.filter(pk__in=ids)._raw_delete(cases.db) if ids else 0
        if not ids:
            return removed, forms


def _remove_spam(spam: models.QuerySet[FormSubmission]) -> int:
    removed = 0
    while ids := list(spam.values_list("pk", flat=True)[:CHUNK]):
        removed += FormSubmission.objects.filter(pk__in=ids)._raw_delete(spam.db)
    return removed
