"""The pages under ``/pardot/``."""

from __future__ import annotations

from django.urls import path

from pardot.dashboard.views import dashboard, show_admin_settings, show_progress_report, stop_messages

app_name = "pardot"

urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("progress/", show_progress_report, name="progress"),
    path("admin-settings/", show_admin_settings, name="admin-settings"),
    path("messages/<str:token>/", stop_messages, name="stop-messages"),
]
