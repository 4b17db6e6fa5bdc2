"""The pages of the dashboard. All pages except ``stop_messages`` are for Super Users.

JavaScript fills the dashboard and its settings page with data from ``/api/v1/pardot/``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from api.auth.callers import CredentialsRefused, Outcome, SignedInUser, authenticate
from pardot.dashboard.tabs import TABS, choose_tab, list_first_modules
from pardot.planning.messages import BadLink, require_member_of_token, set_messages
from pardot.reports.progress_page import load_progress_page
from sf.reads.replica import read_from_replica

View = Callable[[HttpRequest], HttpResponse]
ViewOfUser = Callable[[HttpRequest, SignedInUser], HttpResponse]

CHALLENGE = 'Cookie realm="OpenStax Accounts"'
"""The ``WWW-Authenticate`` header of a 401 (RFC 9110). Browsers open no dialog for this scheme."""


def for_super_users(page: ViewOfUser) -> View:
    """Show the page to signed-in Super Users. Others get a page that says what to do (401 or 403).

    A Super User whose sign-in is too old counts as signed out. Caches must revalidate the page. The back button may
    restore the page as it was; the dashboard then reloads its data. The page's writes need the CSRF cookie.
    """

    @require_safe
    @ensure_csrf_cookie
    @wraps(page)
    def show_page(request: HttpRequest) -> HttpResponse:
        caller = authenticate(request)
        if not isinstance(caller, SignedInUser):
            return _ask_to_sign_in(request, caller)
        if caller.must_sign_in_again:
            return _ask_to_sign_in(request, caller)
        if not caller.is_super_user:
            return _forbid_caching(
                render(request, "pardot/forbidden.html", {"user_session": caller.session}, status=403)
            )
        response = page(request, caller)
        patch_cache_control(response, private=True, no_cache=True, max_age=0)
        return response

    return show_page


def _ask_to_sign_in(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    context = {
        "with_key": "Authorization" in request.headers,
        "cookie_refused": isinstance(outcome, CredentialsRefused),
        "cookie_old": isinstance(outcome, SignedInUser),
        "sign_in_days": settings.SUPER_USER_SIGN_IN_DAYS,
        "accounts_url": settings.ACCOUNTS_URL,
    }
    response = render(request, "pardot/signed_out.html", context, status=401)
    response["WWW-Authenticate"] = CHALLENGE
    return _forbid_caching(response)


def _forbid_caching(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    return response


@for_super_users
def dashboard(request: HttpRequest, user: SignedInUser) -> HttpResponse:
    chosen = choose_tab(request.GET.get("tab", ""))
    context = {"tabs": TABS, "chosen": chosen, "modules": list_first_modules(chosen), "user_session": user.session}
    return render(request, "pardot/dashboard.html", context)


@for_super_users
def show_admin_settings(request: HttpRequest, user: SignedInUser) -> HttpResponse:
    return render(request, "pardot/admin_settings.html", {"tabs": TABS, "user_session": user.session})


@for_super_users
def show_progress_report(request: HttpRequest, user: SignedInUser) -> HttpResponse:
    """Show the progress report since the day in ``from``. An invalid day is ignored."""
    day = _parse_day(request.GET.get("from", ""))
    report = read_from_replica(lambda: load_progress_page(day), after_writes=True)
    start = report.facts.card.configuration.camp.start
    context = {"report": report, "user_session": user.session}
    context["camp_start"] = start if start and start <= report.facts.day else None
    return render(request, "pardot/progress.html", context)


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_messages(request: HttpRequest, token: str) -> HttpResponse:
    """Stop or restart the morning messages of the member in the link.

    A GET changes nothing, because mail programs follow links. The signature of the link replaces a sign-in, because a
    mail program that sends the POST has no cookie (RFC 8058).
    """
    try:
        member = require_member_of_token(token)
    except BadLink as error:
        return _forbid_caching(render(request, "pardot/messages.html", {"problem": str(error)}, status=404))
    if request.method == "POST":
        gets_messages = request.POST.get("again") == "yes"
        set_messages(member, enabled=gets_messages)
        member.gets_messages = gets_messages
    return _forbid_caching(render(request, "pardot/messages.html", {"member": member}))
