"""The secret key of development mode is made once, even when two processes start at the same time."""

from __future__ import annotations

from pathlib import Path
from threading import Timer

import pytest
from django.core.exceptions import ImproperlyConfigured

from sfapi.secret_key import ensure_secret_key


def test_the_key_is_kept_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = ensure_secret_key(tmp_path / "new", allowed=True)
    assert len(key) > 50
    assert ensure_secret_key(tmp_path / "new", allowed=True) == key
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_process_waits_for_the_key_that_another_process_is_writing(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    file.touch()
    other = Timer(0.5, file.write_text, ["the other process's key"])
    other.start()
    try:
        assert ensure_secret_key(tmp_path, allowed=True) == "the other process's key"
    finally:
        other.join()


def test_a_missing_key_is_an_error_without_development_mode(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="DEBUG=on"):
        ensure_secret_key(tmp_path, allowed=False)


def test_a_key_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ImproperlyConfigured, match=r"SFAPI_DATA_DIR: .*secret_key: Is a directory"):
        ensure_secret_key(tmp_path, allowed=True)
