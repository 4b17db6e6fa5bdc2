"""System checks for settings that would break the API's promises."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from api.middleware.cors import is_entry


@register()
def check_atomic_requests(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Refuse ``ATOMIC_REQUESTS``: the rate limiter needs its own transactions."""
    if not settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return []
    return [checks.Error("ATOMIC_REQUESTS is on: requests would wait for each other at the rate limit.", id="api.E001")]


@register()
def check_cookie_keys(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if not settings.SSO_SIGNATURE_PUBLIC_KEY:
        hint = "Set SSO_SIGNATURE_PUBLIC_KEY and SSO_ENCRYPTION_PRIVATE_KEY to the keys that OpenStax Accounts uses."
        message = "The SSO cookie is not configured: users cannot log in, and only API keys work."
        return [] if settings.DEBUG else [checks.Warning(message, hint=hint, id="api.W001")]
    # Imported here: every command loads this module, and the cryptography takes a tenth of a second to load.
    from accounts_client.connection import get_cookie_reader  # noqa: PLC0415
    from accounts_client.cookie import KeyUnusable  # noqa: PLC0415

    try:
        reader = get_cookie_reader()
    except KeyUnusable as error:
        return [checks.Error(str(error), id="api.E002")]
    kinds = {"signature": reader.signature_key_types, "encryption": reader.encryption_key_types}
    if all(len(kind) == 1 for kind in kinds.values()):
        return []
    key_counts = " and ".join(_count_keys(purpose, kind) for purpose, kind in kinds.items())
    hint = "Remove the old key once Accounts uses the new one: docs/deployment.md, “Changing secrets”."
    return [checks.Info(f"The SSO cookie is opened with {key_counts}.", hint=hint, id="api.I001")]


def _count_keys(purpose: str, kinds: Sequence[str]) -> str:
    return f"{len(kinds)} {purpose} key{'s' * (len(kinds) > 1)} ({', '.join(kinds)})"


@register()
def check_allowed_origins(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Check that each allowed origin is an exact origin or a pattern of subdomains.

    Origins are compared with the ``Origin`` header character by character, so a trailing slash never matches.
    """
    wrong = [origin for origin in settings.CORS_ALLOWED_ORIGINS if not is_entry(origin)]
    hint = (
        "Write origins as https://www.example.org, in lower case, without a path or a slash at the end. Write "
        "https://*.example.org for all subdomains of a domain, and list https://example.org as well."
    )
    message = "CORS_ALLOWED_ORIGINS: {!r} is neither an origin nor a pattern of subdomains."
    return [checks.Error(message.format(origin), hint=hint, id="api.E003") for origin in wrong]


@register(deploy=True)
def check_accounts(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if settings.ACCOUNTS_CLIENT_ID:
        return []
    message = "OpenStax Accounts is not configured: GET /api/v1/me returns null for the fields from Accounts."
    return [checks.Warning(message, hint="Set ACCOUNTS_CLIENT_ID and ACCOUNTS_CLIENT_SECRET.", id="api.W002")]


@register(deploy=True)
def check_proxy_count(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if any(os.environ.get(name, "").strip() for name in ("TRUSTED_PROXY_COUNT", "TRUSTED_PROXY_COUNT_FILE")):
        return []
    message = "TRUSTED_PROXY_COUNT is not set: behind a proxy all visitors would count as one address."
    hint = "Set TRUSTED_PROXY_COUNT to the number of proxies in front, or to 0 when clients connect directly."
    return [checks.Warning(message, hint=hint, id="api.W004")]


@register(deploy=True)
def check_case_external_id(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD:
        return []
    message = "Cases are delivered at least once: if Salesforce's answer is lost, a case may be created twice."
    hint = (
        "Create a custom text field on Case, mark it as unique and as an external ID, and set "
        "SALESFORCE_CASE_EXTERNAL_ID_FIELD to its API name."
    )
    return [checks.Warning(message, hint=hint, id="api.W003")]
