"""Sign-in of people: at OpenStax Accounts, or in the demo at the simulator, which plays Accounts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe


@require_safe
def sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the sign-in page, which leads back to ``?next=``, an address of this site."""
    if is_demo_running():
        return HttpResponseRedirect(
            f"{reverse('demo-sign-in')}?{urlencode({'next': find_way_back(request, '/pardot/')})}"
        )
    query = urlencode({"r": request.build_absolute_uri(find_way_back(request, "/pardot/"))})
    return HttpResponseRedirect(f"{settings.ACCOUNTS_URL}/login?{query}")


def is_demo_running() -> bool:
    return bool(settings.DEBUG and settings.SIMULATOR_URL)


def find_way_back(request: HttpRequest, default: str) -> str:
    """Return ``?next=`` if it is on this site, otherwise ``default``: our links lead nowhere else."""
    address = request.GET.get("next", "")
    is_on_this_site = url_has_allowed_host_and_scheme(address, allowed_hosts=None, require_https=request.is_secure())
    return address if is_on_this_site and address.startswith("/") else default


def sign_in_link(request: HttpRequest) -> dict[str, Any]:
    """Return the template variables ``sign_in_url``, which leads back to the current page, and ``demo``."""
    back = urlencode({"next": request.get_full_path()})
    return {"demo": is_demo_running(), "sign_in_url": f"{reverse('sign-in')}?{back}"}
