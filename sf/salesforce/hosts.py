"""Distinguish Salesforce's kinds of hosts: login hosts, My Domains, and hosts without an API."""

from __future__ import annotations

import re

from outgoing.addresses import parts_of

LOGIN_AUDIENCE = "https://login.salesforce.com"
TEST_AUDIENCE = "https://test.salesforce.com"
SHARED_LOGIN_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})

_NO_API_HOST = re.compile(r"\.(lightning\.force|my\.salesforce-setup|file\.force|vf\.force|visualforce)\.com$")
_PACKAGE = re.compile(r"^([^.]+)--[^.]+(?:(?=\.(?:[^.]+\.)?vf\.force\.com$)|\.[^.]+(?=\.visualforce\.com$))")
"""The start of a Visualforce host: My Domain, package, and in ``visualforce.com`` the instance.

Source: https://help.salesforce.com/s/articleView?id=xcloud.domain_name_partitioned_domains_scratch.htm
"""


def is_shared_login_host(url: str) -> bool:
    """Return whether orgs share this login host.

    A shared login host belongs to no org, so it refuses client credentials.
    """
    return (parts_of(url).hostname or "") in SHARED_LOGIN_HOSTS


def is_sandbox_host(url: str) -> bool:
    """Return whether a login at this host leads to a sandbox or scratch org."""
    host = parts_of(url).hostname or ""
    return host.startswith("test.") or ".sandbox." in host or ".scratch." in host or "--" in host.split(".")[0]


def api_host_instead_of(url: str) -> str:
    """Return the org's API host for the host of its web pages; empty for other hosts."""
    host = parts_of(url).hostname or ""
    own, count = re.subn(_NO_API_HOST, ".my.salesforce.com", _PACKAGE.sub(r"\1", host))
    return f"https://{own}" if count else ""


def explain_host(url: str, location: str, variable: str = "SALESFORCE_HOST") -> str:
    """Return the advice for a host, set in ``variable``, that answered with a redirect."""
    if own := api_host_instead_of(url) or api_host_instead_of(location):
        return f"this is not an API host: set {variable}={own}"
    target = parts_of(location)
    if target.netloc and target.netloc != parts_of(url).netloc:
        return f"check {variable}: it leads to {target.scheme}://{target.netloc}"
    return f"check {variable}: an org's API host is https://….my.salesforce.com"
