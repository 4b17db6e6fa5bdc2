"""``GET /info``: the version that runs here, and the state of Salesforce, Accounts and the cache."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict
from pydantic.config import JsonDict

from accounts_client.connection import get_cookie_key_types, make_accounts_client
from api.auth.callers import caller_with
from api.domain.scopes import Scope
from api.http.errors import document_errors
from api.http.fields import make_json_response
from api.protection import breaker
from api.protection.accounts import AccountsAway, ask_accounts
from api.v1.me import (
    AccountsEnvironment,
    CookieName,
    HasEncryptionKey,
    HasSignatureKey,
    classify_accounts_environment,
)
from sf.live.org import classify_environment, count_calls_today, fetch_usage
from sf.live.records import LiveCallFailed
from sf.status.objects import ObjectStatus, load_status_of_all
from sf.sync.identity import load_cached_org

ACCOUNTS_CHECK_SECONDS = 3600
"""A token up to this age shows that Accounts accepts this service."""

logger = logging.getLogger(__name__)

router = Router(tags=["info"])


class ReleaseInformation(Schema):
    sfapi_version: str = Field(
        description="The setting `RELEASE_VERSION`, or the version of this program if it is not set."
    )
    deployment_version: str = Field(description="The setting `DEPLOYMENT_VERSION`; empty if it is not set.")
    environment: str = Field(
        description="The setting `ENVIRONMENT`, such as `production`. Without this setting, `DEBUG` and "
        "`SALESFORCE_HOST` decide."
    )
    accounts_environment: AccountsEnvironment
    salesforce_environment: str = Field(description="`local`, `sandbox`, `production` or `other`.")


class UsageOfTheDay(Schema):
    api_usage: int = Field(description="Calls to Salesforce in the last 24 hours by all applications of the org.")
    api_limit: int = Field(description="The most calls that Salesforce allows the org in 24 hours.")
    by_source: dict[str, int] = Field(description="This service's own calls since midnight UTC, by command or route.")


class Failure(Schema):
    """Replaces a part of the system's status that is not available now."""

    error: str = Field(description="The reason, for people.")


class AccountsState(Schema):
    configured: bool = Field(description="True if the credentials for OpenStax Accounts are set.")
    url: str = Field(description="`ACCOUNTS_URL`: the address of OpenStax Accounts.")
    status: str = Field(description="`ok`, `failed` or `not configured`.")
    token_type: str | None = Field(description="Type of the token, such as `Bearer`; null without a token.")
    error: str | None = Field(None, description="The reason for the failure; only with the status `failed`.")


class SSOConfig(Schema):
    cookie_name: CookieName
    has_signature_key: HasSignatureKey
    signature_key_type: str | None = Field(
        description="Kind and length of the signature key, such as `RSA-2048`, or `unusable`; null when no "
        "signature key is set, and also while the encryption key is unusable. During a change of keys there are "
        "several: `RSA-2048, RSA-4096`."
    )
    has_encryption_key: HasEncryptionKey
    encryption_key_type: str | None = Field(
        description="Kind and length of the encryption key, `AES-256`, or `unusable`; null when no "
        "encryption key is set, and also while the signature key is unusable. During a change of keys there are "
        "several: `AES-256, AES-256`."
    )
    dev_user_bypass: bool = Field(
        description="True if `DEV_USER_UUID` signs in every caller without an `Authorization` header. Only `DEBUG` "
        "allows this."
    )


class SyncState(Schema):
    rows: int = Field(description="Records in the cache, without those that were deleted in Salesforce.")
    last_run: datetime | None = Field(
        description="The start of the last run, not counting skipped runs; null before the first run."
    )
    mode: str | None = Field(
        description="The mode of the last run: `full` reads all records, `incremental` only changed records. Null "
        "before the first run, and for a run that has no mode yet or ended without one."
    )
    state: str | None = Field(description="The outcome of the last run, or `running`; null before the first run.")
    age_seconds: int | None = Field(
        description="Seconds since the last run that ended well; null when no run has ended well."
    )


class SalesforceOrg(Schema):
    """The org that the cache is a copy of."""

    id: str = Field(description="The organization id, 18 characters.")
    name: str = Field(description="Name of the org in Salesforce; empty while it is not known.")
    kind: str = Field(description="`production` or `sandbox`; empty if the API user may not see it.")


_EXAMPLE: JsonDict = {
    "release_information": {
        "sfapi_version": "1.0.0",
        "deployment_version": "build-7",
        "environment": "production",
        "accounts_environment": "production",
        "salesforce_environment": "production",
    },
    "salesforce_org": {"id": "00DUx0000000001MAA", "name": "Example Books", "kind": "production"},
    "api_usage": {"api_usage": 12345, "api_limit": 285000, "by_source": {"sync_all": 240, "api info": 12}},
    "accounts_api": {
        "configured": True,
        "url": "https://accounts.openstax.org",
        "status": "ok",
        "token_type": "Bearer",
    },
    "sso_config": {
        "cookie_name": "oxa",
        "has_signature_key": True,
        "signature_key_type": "RSA-2048",
        "has_encryption_key": True,
        "encryption_key_type": "AES-256",
        "dev_user_bypass": False,
    },
    "sync": {
        "accounts": {
            "rows": 20000,
            "last_run": "2026-01-31T05:00:02+00:00",
            "mode": "incremental",
            "state": "done",
            "age_seconds": 3600,
        }
    },
}


class Info(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    release_information: ReleaseInformation = Field(description="The release that runs here.")
    salesforce_org: SalesforceOrg | None = Field(
        description="The org that the cache is a copy of; null before the first sync."
    )
    api_usage: UsageOfTheDay | Failure = Field(
        description="Calls to Salesforce and their limit, or the reason why Salesforce's count is not known."
    )
    accounts_api: AccountsState = Field(description="The state of the connection to OpenStax Accounts.")
    sso_config: SSOConfig = Field(
        description="The rules for checking the cookie of OpenStax Accounts. No key is shown."
    )
    sync: dict[str, SyncState] = Field(description="Each cached object by name, such as `accounts`.")


_LiveCheck = Annotated[
    bool, Query(description="Request a new token from OpenStax Accounts, even if the stored token is new.")
]


@router.get(
    "/info",
    auth=caller_with(Scope.READ_INFO),
    response={200: Info, **document_errors(401, 403, 422, 429)},
    summary="The system's status",
)
def get_info(request: HttpRequest, live_accounts_check: _LiveCheck = False) -> HttpResponse:
    """Return the system's status, always with 200: a part that is not available now has an `error`.

    `live_accounts_check` asks OpenStax Accounts for a new token now; otherwise a token of the last hour is enough.
    """
    return make_json_response(
        {
            "release_information": _get_release_information(),
            "salesforce_org": _load_salesforce_org(),
            "api_usage": _fetch_api_usage(),
            "accounts_api": _check_accounts_api(max_age=0 if live_accounts_check else ACCOUNTS_CHECK_SECONDS),
            "sso_config": _describe_sso_config(),
            "sync": {status.name: _build_sync_state(status) for status in load_status_of_all()},
        }
    )


def _get_release_information() -> dict[str, Any]:
    return {
        "sfapi_version": settings.RELEASE_VERSION,
        "deployment_version": settings.DEPLOYMENT_VERSION,
        "environment": settings.ENVIRONMENT,
        "accounts_environment": classify_accounts_environment(settings.ACCOUNTS_URL),
        "salesforce_environment": classify_environment(settings.SALESFORCE_HOST),
    }


def _load_salesforce_org() -> dict[str, Any] | None:
    org = load_cached_org()
    return {"id": org.id, "name": org.name, "kind": org.kind} if org else None


def _fetch_api_usage() -> dict[str, Any]:
    try:
        with breaker.live_call() as call:
            usage = fetch_usage("api info", call.may_ask)
    except (LiveCallFailed, ImproperlyConfigured) as error:
        logger.warning("info: %s", error)
        return {"error": str(error)}
    return {"api_usage": usage.used, "api_limit": usage.maximum, "by_source": count_calls_today()}


def _check_accounts_api(*, max_age: float) -> dict[str, Any]:
    client = make_accounts_client()
    state = {"configured": client is not None, "url": settings.ACCOUNTS_URL, "token_type": None}
    if client is None:
        return {**state, "status": "not configured"}
    try:
        # A stored token says nothing about Accounts now, so it must not close the breaker.
        token = client.get_stored_token(max_age=max_age) or ask_accounts(lambda: client.token(max_age=max_age))
    except AccountsAway as error:
        logger.warning("info: %s", error)
        return {**state, "status": "failed", "error": str(error)}
    return {**state, "status": "ok", "token_type": token.type}


def _describe_sso_config() -> dict[str, Any]:
    types = get_cookie_key_types()
    return {
        "cookie_name": settings.SSO_COOKIE_NAME,
        "has_signature_key": bool(settings.SSO_SIGNATURE_PUBLIC_KEY),
        "signature_key_type": ", ".join(types.signature) or None,
        "has_encryption_key": bool(settings.SSO_ENCRYPTION_PRIVATE_KEY),
        "encryption_key_type": ", ".join(types.encryption) or None,
        "dev_user_bypass": bool(settings.DEV_USER_UUID),
    }


def _build_sync_state(status: ObjectStatus) -> dict[str, Any]:
    run = status.last_run
    return {
        "rows": status.rows,
        "last_run": run.started if run else None,
        "mode": run.mode or None if run else None,
        "state": run.state if run else None,
        "age_seconds": int(status.age.total_seconds()) if status.age is not None else None,
    }
