"""Warn when no Salesforce login is set, or when the login cannot work now or from a known date on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from sf.connection.login_advice import LAST_VERSION_WITH_SOAP_LOGIN, find_login_warnings
from sf.salesforce.credentials import LoginFlow, choose_credentials


@register(deploy=True)
def check_salesforce_login(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if choose_credentials(settings.SALESFORCE_LOGIN) is None:
        hint = "Fill in one group of login variables (docs/connecting.md), then run `manage.py sf check`."
        return [checks.Warning("Salesforce is not configured: no sync can run.", hint=hint, id="sf.W001")]
    return [checks.Warning(warning.message, hint=warning.hint, id=warning.id) for warning in find_login_warnings()]


@register()
def check_api_version(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    version = float(settings.SALESFORCE_API_VERSION)
    soap = credentials and credentials.flow in {LoginFlow.SOAP_TOKEN, LoginFlow.SOAP_ORGANIZATION}
    if not soap or version <= LAST_VERSION_WITH_SOAP_LOGIN:
        return []
    message = f"SALESFORCE_API_VERSION={settings.SALESFORCE_API_VERSION} has no SOAP login."
    return [checks.Warning(message, hint="Set it to 64.0, or log in by OAuth.", id="sf.W003")]
