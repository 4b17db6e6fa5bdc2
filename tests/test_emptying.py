"""Emptying the database after tests that commit (``tests/emptying.py``)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from api.models import User
from sf.models import SchoolShortForm
from tests.emptying import empty_tables_with_rows


def kept_rows() -> tuple[set[Any], set[Any], set[Any]]:
    return (
        set(Permission.objects.values_list("codename")),
        set(ContentType.objects.values_list("app_label", "model")),
        set(SchoolShortForm.objects.values_list("short", "stands_for")),
    )


@pytest.mark.django_db(transaction=True)
def test_only_rows_that_migrations_made_stay() -> None:
    kept = kept_rows()
    user = User.objects.create(username="ines")
    user.user_permissions.add(Permission.objects.all()[0])
    empty_tables_with_rows()
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    filled = {Permission, ContentType, SchoolShortForm}
    left = {model for model in models if model not in filled and model._base_manager.exists()}
    assert not left
    assert kept_rows() == kept
    assert all(kept)
