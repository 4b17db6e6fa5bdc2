"""System checks: what a deployment lacks for the cache to be kept up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from sf.salesforce.credentials import LoginFlow, choose_credentials

_LAST_VERSION_WITH_SOAP_LOGIN = 64


@register(deploy=True)
def check_salesforce_login(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    if credentials is None:
        hint = "Fill in one group of login variables (docs/settings.md), then run `manage.py sf check`."
        return [checks.Warning("Salesforce is not configured: no sync can run.", hint=hint, id="sf.W001")]
    if credentials.flow in {LoginFlow.SOAP_TOKEN, LoginFlow.SOAP_ORGANIZATION}:
        hint = "JWT bearer and client credentials are what lasts: add SALESFORCE_CLIENT_ID and a key or secret."
        message = f"{credentials.flow.value}: SOAP login is retired in summer 2027."
        return [checks.Warning(message, hint=hint, id="sf.W002")]
    return []


@register()
def check_api_version(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    version = float(settings.SALESFORCE_API_VERSION)
    soap = credentials and credentials.flow in {LoginFlow.SOAP_TOKEN, LoginFlow.SOAP_ORGANIZATION}
    if not soap or version <= _LAST_VERSION_WITH_SOAP_LOGIN:
        return []
    message = f"SALESFORCE_API_VERSION={settings.SALESFORCE_API_VERSION} has no SOAP login."
    return [checks.Warning(message, hint="Set it to 64.0, or log in by OAuth.", id="sf.W003")]
