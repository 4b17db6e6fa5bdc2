"""Two routes for each resource; unlike the API's other routes, they may end with a slash."""

from __future__ import annotations

from django.urls import re_path

from api.records.resources import RESOURCES
from api.records.views import RecordDetailView, RecordListView

urlpatterns = [
    route
    for resource in RESOURCES
    for route in (
        re_path(rf"^{resource.name}/?$", RecordListView.as_view(resource=resource), name=f"records-{resource.name}"),
        re_path(
            rf"^{resource.name}/(?P<record_id>[^/]+)/?$",
            RecordDetailView.as_view(resource=resource),
            name=f"record-{resource.name}",
        ),
    )
]
