"""The models match the migrated tables, except columns kept for the previous release."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from tests.releases.contract import is_on_kept_column, kept_columns

pytestmark = pytest.mark.django_db

MODELS = [model for app in ("sf", "api", "pardot") for model in apps.get_app_config(app).get_models()]
TABLES = [model._meta.db_table for model in MODELS]
COLUMNS = """
    SELECT table_name, column_name, data_type, udt_name, character_maximum_length, numeric_precision, numeric_scale,
           collation_name, is_nullable, column_default, generation_expression
      FROM information_schema.columns WHERE table_schema = %s AND table_name = ANY(%s)
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = %s AND tablename = ANY(%s)"


def describe(schema: str) -> tuple[set[tuple[object, ...]], set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [schema, TABLES])
        columns = {row for row in cursor.fetchall() if row[:2] not in kept_columns()}
        cursor.execute(INDEXES, [schema, TABLES])
        return columns, {definition.replace(f" {schema}.", " ") for (definition,) in cursor.fetchall()}


def test_tables_made_from_the_models_equal_the_tables_of_the_migrations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA made; SET LOCAL search_path TO made, public")
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    columns, indexes = describe("made")
    migrated_columns, migrated_indexes = describe("public")
    assert columns ^ migrated_columns == set()
    assert indexes ^ {each for each in migrated_indexes if not is_on_kept_column(each)} == set()
