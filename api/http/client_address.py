"""Find the client's address behind the trusted proxies."""

from __future__ import annotations

import logging
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

logger = logging.getLogger(__name__)

UNKNOWN = "unknown"
"""The address of a client on a Unix socket, or of a client whose address cannot be read."""
_IPV6_NETWORK_BITS = 64
_INTERNAL = [
    ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "fc00::/7", "::1/128")
]
"""Networks of proxies: no visitor of a public service has such an address."""


def find_client_address(request: HttpRequest) -> str:
    """Return the IP address of the client.

    Each trusted proxy has appended to ``X-Forwarded-For`` the address from which it was called. Entries to the left
    of these may come from the client, who can write anything there. With ``TRUSTED_PROXY_COUNT`` 0 the header is
    ignored.
    """
    peer = _parse_address(request.META.get("REMOTE_ADDR", "")) or UNKNOWN
    trusted = settings.TRUSTED_PROXY_COUNT
    hops = [hop for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if not hops:
        return peer
    if not trusted:
        _report(_NOT_TRUSTED)
        return peer
    address = _parse_address(hops[-trusted] if len(hops) >= trusted else hops[0]) or peer
    if len(hops) > trusted and _is_internal(address):
        _report(_MORE_THAN_TRUSTED.format(trusted))
    return address


def get_proxy_problem() -> str:
    """Return the message about requests that contradict ``TRUSTED_PROXY_COUNT``, or an empty string."""
    return _problem


_NOT_TRUSTED = (
    "X-Forwarded-For arrives, but TRUSTED_PROXY_COUNT is 0: if a proxy is in front, all its visitors count as one "
    "address and share its limits. Set TRUSTED_PROXY_COUNT to the number of proxies."
)
_MORE_THAN_TRUSTED = (
    "X-Forwarded-For names more proxies than TRUSTED_PROXY_COUNT={}: the address that is counted is internal, and "
    "visitors share its limits. Set TRUSTED_PROXY_COUNT to the number of proxies."
)
_problem = ""


def _report(problem: str) -> None:
    """Log only the first problem of this process. Otherwise each request would log one."""
    global _problem  # noqa: PLW0603 - one problem per process
    if not _problem:
        _problem = problem
        logger.warning(problem)


def _is_internal(address: str) -> bool:
    return address != UNKNOWN and any(ip_address(address) in network for network in _INTERNAL)


def compute_address_identity(address: str) -> str:
    """Return the address or network whose requests a limit counts.

    For IPv6 this is the /64 network, because one client can usually use all addresses of its network.
    """
    if ":" not in address:
        return address
    value = ip_address(address)
    if isinstance(value, IPv6Address) and value.ipv4_mapped:
        return str(value.ipv4_mapped)
    network = int(value) >> _IPV6_NETWORK_BITS << _IPV6_NETWORK_BITS
    return f"{IPv6Address(network)}/{_IPV6_NETWORK_BITS}"


def _parse_address(text: str) -> str | None:
    """Return the address in ``192.0.2.1:80``, ``2001:db8::1`` or ``[2001:db8::1]:80``, if any."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None
