"""``GET /books``."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from api.domain.scopes import Scope
from sf.ingest.load import Merge, Stage
from sf.models import Book
from sf.sync.objects import BOOKS as BOOK_OBJECT
from tests.api import records

BOOKS = "/api/v1/books"


def test_active_books_are_listed_by_name(service: Callable[..., Client]) -> None:
    zoology, algebra = records.book("Zoology", website_url=None), records.book("Algebra", type="OpenStax")
    records.book("Old", active_book=False)
    records.book("Gone", is_deleted=True)
    records.book("Unclear", active_book=None)
    body = service(Scope.READ_BOOKS).get(BOOKS).json()
    assert body["count"] == 2
    assert body["books"][0] == {
        "id": algebra.id,
        "name": "Algebra",
        "official_name": "Algebra 2e",
        "type": "OpenStax",
        "subject_areas": None,
        "website_url": "https://example.org/algebra",
    }
    assert (body["books"][1]["id"], body["books"][1]["website_url"]) == (zoology.id, None)


def test_the_list_is_empty_without_books(service: Callable[..., Client]) -> None:
    assert service(Scope.READ_BOOKS).get(BOOKS).json() == {"count": 0, "books": []}


def test_a_client_that_has_the_list_gets_304_until_the_list_changes(service: Callable[..., Client]) -> None:
    client = service(Scope.READ_BOOKS)
    book = records.book()
    first = client.get(BOOKS)
    again = client.get(BOOKS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert "private" in again["Cache-Control"]
    book.name, book.local_update_date = "Algebra and more", timezone.now()
    book.save()
    assert client.get(BOOKS, headers={"If-None-Match": first["ETag"]}).status_code == 200


def rename(book: Book, name: str, *, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Store another name of the book by a merge. ``meanwhile`` is called after the transaction has begun."""
    stamp = "2026-02-01T00:00:00.000+0000"
    record = {"id": book.id, "name": name, "active_book": "true", "is_deleted": "false", "system_modstamp": stamp}
    row = tuple(record.get(column) for column in BOOK_OBJECT.paths)

    with transaction.atomic():
        stage = Stage(replace(BOOK_OBJECT.target, staging_suffix="_renamed"))
        stage.create(temporary=True)
        stage.copy_rows([row])
        meanwhile()
        Merge(stage).run()
        stage.drop()


@pytest.mark.django_db(transaction=True)
def test_the_list_is_current_when_two_merges_overlap(service: Callable[..., Client]) -> None:
    client = service(Scope.READ_BOOKS)
    first, second = records.book("Algebra"), records.book("Biology")

    def names() -> list[str]:
        return [book["name"] for book in client.get(BOOKS).json()["books"]]

    def rename_and_read() -> None:
        rename(second, "Botany")
        assert names() == ["Algebra", "Botany"]
        connection.close()

    def in_a_thread() -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(rename_and_read).result()

    rename(first, "Anatomy", meanwhile=in_a_thread)
    assert names() == ["Anatomy", "Botany"]


@pytest.mark.django_db(transaction=True)
def test_the_list_is_current_after_the_clock_was_set_back(service: Callable[..., Client]) -> None:
    client = service(Scope.READ_BOOKS)
    records.book("Algebra", local_update_date=timezone.now() + timedelta(hours=1))
    book = records.book("Biology")
    for name in ("Biology", "Botany", "Zoology"):
        rename(book, name)
        assert [each["name"] for each in client.get(BOOKS).json()["books"]] == ["Algebra", name]


def test_books_need_the_scope_read_books(super_user: Client, anonymous: Client, service: Callable[..., Client]) -> None:
    assert anonymous.get(BOOKS).status_code == 401
    assert service(Scope.READ_INFO).get(BOOKS).status_code == 403
    assert super_user.get(BOOKS).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_books(
    service: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = service(Scope.READ_BOOKS)
    client.get(BOOKS)
    for number in range(20):
        records.book(f"Book {number}")
    with django_assert_max_num_queries(4):  # key, limit, last change, books
        assert client.get(BOOKS).json()["count"] == 20
