"""A way to sign in for the demo and for developers: the simulator plays OpenStax Accounts."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseRedirect

from sfapi.sign_in import find_way_back, is_demo_running


def sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the simulator, which sets the cookie of ``?user=<uuid>`` (a Super User by default).

    The simulator redirects back to ``?next=``, if that is an address of this site, otherwise to ``/api/v1/me``,
    which says who is logged in.
    """
    if not is_demo_running():
        raise Http404("SIMULATOR_URL is not set")
    user = request.GET.get("user") or settings.DEMO_USER_UUID
    query = urlencode({"user": user, "r": request.build_absolute_uri(find_way_back(request, "/api/v1/me"))})
    return HttpResponseRedirect(f"{settings.SIMULATOR_URL}/login?{query}")
