"""Django's admin with our start page."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class OperatorsAdminConfig(AdminConfig):
    default = False
    default_site = "sfapi.operations.site.OperatorsSite"
