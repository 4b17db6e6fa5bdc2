"""The page about refusals matches the code's tables."""

from __future__ import annotations

from scripts.refusals_page import PAGE, build_tables, with_tables


def test_the_page_has_the_tables_of_the_code() -> None:
    page = PAGE.read_text()
    assert with_tables(page) == page, "run python -m scripts.refusals_page"
    for name, table in build_tables().items():
        assert table in page, name
