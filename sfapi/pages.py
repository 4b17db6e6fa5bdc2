"""The landing page at ``/``."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def show_landing_page(request: HttpRequest) -> HttpResponse:
    """Show the parts of the service, with links."""
    return render(request, "landing.html")
