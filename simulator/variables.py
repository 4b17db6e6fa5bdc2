"""The environment variables with which SFAPI reaches the simulator."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

from simulator import accounts, credentials
from simulator.pardot.objects import ADOPTION_JSON_FIELD
from simulator.sso import COOKIE_NAME
from simulator.tls import Certificates
from simulator.world import World

_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def variables(world: World, certificates: Certificates) -> dict[str, str]:
    """Return the values by name, with escaped line breaks. ``SIMULATOR_URL`` is the control server."""
    base = world.config.base_url
    values = {
        "SALESFORCE_HOST": base,
        "SALESFORCE_CLIENT_ID": credentials.CLIENT_ID,
        "SALESFORCE_CLIENT_SECRET": credentials.CLIENT_SECRET,
        "SALESFORCE_USERNAME": credentials.USERNAME,
        "SALESFORCE_PASSWORD": credentials.PASSWORD,
        "SALESFORCE_SECURITY_TOKEN": credentials.SECURITY_TOKEN,
        "SALESFORCE_CASE_EXTERNAL_ID_FIELD": "SFAPI_Id__c",
        "SALESFORCE_PARDOT_BUSINESS_UNIT": world.pardot.business_unit,
        "PARDOT_API_URL": base,
        "PARDOT_ADOPTION_JSON_FIELD": ADOPTION_JSON_FIELD,
        "ACCOUNTS_URL": base,
        "ACCOUNTS_CLIENT_ID": accounts.CLIENT_ID,
        "ACCOUNTS_CLIENT_SECRET": accounts.CLIENT_SECRET,
        "SSO_COOKIE_NAME": COOKIE_NAME,
        "SSO_SIGNATURE_PUBLIC_KEY": world.identity.signature_public_key.replace("\n", "\\n"),
        "SSO_ENCRYPTION_PRIVATE_KEY": world.identity.encryption_key,
        "SIMULATOR_URL": world.config.control_url,
        "REQUESTS_CA_BUNDLE": str(certificates.bundle.resolve()),
    }
    if world.pubsub_port:
        values["SALESFORCE_PUBSUB_HOST"] = f"localhost:{world.pubsub_port}"
    return {**values, **_around_proxy()}


def other_logins(world: World) -> dict[str, str]:
    """Return the variables of logins other than the one in ``variables``.

    If a session id, a refresh token or a private key is set, SFAPI logs in with it instead of the password. An
    organization id is used only when no security token is set.
    """
    return {
        "SALESFORCE_INSTANCE_URL": world.config.base_url,
        "SALESFORCE_SESSION_ID": credentials.session_id(world.organization_id),
        "SALESFORCE_REFRESH_TOKEN": credentials.REFRESH_TOKEN,
        "SALESFORCE_PRIVATE_KEY": credentials.jwt_private_key(world.config.folder).strip().replace("\n", "\\n"),
        "SALESFORCE_ORGANIZATION_ID": world.organization_id,
    }


def as_text(world: World, certificates: Certificates) -> str:
    """Return ``NAME=value`` lines for a shell or ``.env``. Variables of other logins are comments."""
    comments = ["Other ways to log in to Salesforce:", *as_lines(other_logins(world))]
    lines = [*as_lines(variables(world, certificates)), "", *(f"# {line}" for line in comments)]
    return "\n".join(lines) + "\n"


def as_lines(named: Mapping[str, str]) -> list[str]:
    """Return ``NAME=value`` lines. A value is quoted if a shell would change it."""
    return [f"{name}={shlex.quote(value)}" for name, value in named.items()]


def _around_proxy() -> dict[str, str]:
    """Return variables that exclude loopback addresses from the proxy. Without a proxy, there are none."""
    if not any(os.environ.get(name) for name in _PROXIES):
        return {}
    excluded = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = [host for host in excluded.split(",") if host]
    hosts += [host for host in ("localhost", "127.0.0.1", "::1") if host not in hosts]
    return {"NO_PROXY": ",".join(hosts), "no_proxy": ",".join(hosts)}
