"""Sign-in to ``/admin/`` with a name and a password: limit the attempts, and log each failure.

Checking a password takes half a second of processor time on purpose, so the limit comes first. Attempts are limited by
address, because one address may try many names. They are also limited by name, because many addresses may try one name.
"""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache

from api.auth.callers import address_of
from api.domain.rates import Rate
from api.http.client_address import UNKNOWN, find_client_address
from api.protection.rate_limit import try_pass

logger = logging.getLogger(__name__)

ATTEMPTS = Rate(limit=10, seconds=60)
_LONGEST_NAME = 254
"""The sign-in form refuses longer names, and normalizing a very long text is slow."""


@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """Let Django show and process the sign-in form; answer 429 after too many attempts."""
    if request.method == "POST":
        for policy, identity in _list_limit_keys(request):
            passage = try_pass(policy, identity, ATTEMPTS)
            if not passage.passed:
                logger.warning("admin sign-in refused: too many attempts, %s", _describe_origin(request))
                headers = {"Retry-After": str(passage.retry_after)}
                return HttpResponse(render_to_string("429.html"), status=429, headers=headers)
    response: HttpResponse = admin.site.login(request)
    return response


def _list_limit_keys(request: HttpRequest) -> list[tuple[str, str]]:
    """Return each limit and its key. A name is hashed, because people type passwords into its field.

    The sign-in form treats a name in full-width letters, for example, like the same name in ordinary letters. Both
    spellings share one limit.
    """
    typed = request.POST.get("username", "").strip()[:_LONGEST_NAME]
    name = unicodedata.normalize("NFKC", typed).casefold()
    hashed = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:32]
    return [("admin-login-address", address_of(request)), ("admin-login-name", hashed)]


@receiver(user_login_failed)
def log_failure(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Log a failed sign-in. An unknown name is left out: it may be a password in the wrong field."""
    name = str(credentials.get("username", ""))
    known = "\0" not in name and get_user_model().objects.filter(username=name).exists()
    logger.warning(
        "admin sign-in failed: %s, %s", f"user {name}" if known else "no such user", _describe_origin(request)
    )


def _describe_origin(request: HttpRequest | None) -> str:
    return f"from {find_client_address(request) if request else UNKNOWN}"
