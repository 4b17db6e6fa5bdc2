"""The routes: two for each resource."""

from __future__ import annotations

from django.urls import path

from api.records.resources import RESOURCES
from api.records.views import RecordDetailView, RecordListView

urlpatterns = [
    route
    for resource in RESOURCES
    for route in (
        path(f"{resource.name}/", RecordListView.as_view(resource=resource), name=f"records-{resource.name}"),
        path(
            f"{resource.name}/<str:record_id>/",
            RecordDetailView.as_view(resource=resource),
            name=f"record-{resource.name}",
        ),
    )
]
