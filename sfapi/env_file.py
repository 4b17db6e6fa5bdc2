"""Read the ``.env`` file, which may be in UTF-8 or UTF-16, into the process's environment.

A file that cannot be read stops the start with one line: a variable that is silently missing would be noticed much
later.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values
from dotenv.parser import parse_stream
from dotenv.variables import Variable, parse_variables

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FROM_FILE = "SFAPI_FROM_ENV_FILE"
"""Tells child processes which values came from ``.env``: it lists names with digests of their values."""


def load_env_file(root: Path) -> list[str]:
    """Complete ``os.environ`` from the ``.env`` file; variables that are already set win.

    Values that the parent process read from the file are read again. So the new processes of a reload and the jobs of
    a worker use the current ``.env``. Return the names for which the environment has another value.
    """
    path = find_env_file(root)
    if path is None:
        return []
    text = _decode_text(path, _read_content(path))
    _check_lines(path, text)
    _forget_earlier_values()
    _check_references(path, text)
    values = {name: value or "" for name, value in dotenv_values(stream=io.StringIO(text)).items()}
    unset = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(unset)
    os.environ[_FROM_FILE] = " ".join(f"{name}={_compute_digest(value)}" for name, value in unset.items())
    return [name for name, value in values.items() if value and os.environ[name] != value]


def _forget_earlier_values() -> None:
    for word in os.environ.pop(_FROM_FILE, "").split():
        name, _, digest = word.rpartition("=")
        if name in os.environ and _compute_digest(os.environ[name]) == digest:
            del os.environ[name]


def _compute_digest(value: str) -> str:
    return hashlib.sha256(value.encode(errors="surrogateescape")).hexdigest()[:16]


def find_env_file(root: Path) -> Path | None:
    """Return the file to read: ``.env`` if it exists, or the file that ``SFAPI_ENV_FILE`` names.

    ``None``: no file.
    """
    name = os.environ.get("SFAPI_ENV_FILE", ".env")
    path = root / name
    if not name or (name == ".env" and not path.exists()):
        return None
    # Some people call their virtual environment .env. Unlike os.path.exists(), Path.exists() raises an error when
    # access is denied.
    return None if os.path.exists(path / "pyvenv.cfg") else path  # noqa: PTH110


def read_value(variable: str, name: str) -> str:
    """Return the stripped content of the file that a variable such as ``SECRET_KEY_FILE`` names."""
    path = Path(name)
    try:
        text = path.read_bytes().decode("utf-8-sig").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{variable}: {name} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{variable}: {name} is not UTF-8") from None
    if not text or "\0" in text:
        raise ImproperlyConfigured(f"{variable}: {name} {'has a NUL in it' if text else 'is empty'}")
    return text


def _read_content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise ImproperlyConfigured(f"{path}: is a folder, not a file of variables; remove or rename it") from None
    except OSError as error:
        hint = "; run as its owner" if isinstance(error, PermissionError) else ""
        raise ImproperlyConfigured(f"{path}: cannot be read ({error.strerror}){hint}") from None


def _decode_text(path: Path, content: bytes) -> str:
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ImproperlyConfigured(f"{path}: line {line} is not UTF-8; save the file in that encoding") from None
    if "\0" in text:
        raise ImproperlyConfigured(f"{path}: is not text in UTF-8; save the file in that encoding")
    return text


def _check_lines(path: Path, text: str) -> None:
    for binding in parse_stream(io.StringIO(text)):
        is_incomplete = binding.key is not None and (binding.value is None or "=" in binding.key)
        if binding.error or is_incomplete:
            # The parser counts from the blank lines before the faulty line.
            blank = binding.original.string.removesuffix(binding.original.string.lstrip())
            raise ImproperlyConfigured(
                f"{path}: line {binding.original.line + len(blank.splitlines())} is not of the form NAME=value; "
                "put quotes around a value that has several lines or contains a quote"
            )


def _check_references(path: Path, text: str) -> None:
    """Refuse a reference such as ``${NAME}`` to a variable that is not set.

    It would become an empty text, and a password that contains such a reference would be wrong.
    """
    known = set(os.environ)
    for binding in parse_stream(io.StringIO(text)):
        name = binding.key or ""
        for atom in parse_variables(binding.value or ""):
            if isinstance(atom, Variable) and atom.default is None and atom.name not in known:
                raise ImproperlyConfigured(
                    f"{path}: {name} refers to a variable that is not set above it or in the environment; a value that "
                    f"itself contains ${{…}} can only come from a file ({name}_FILE)"
                )
        known.add(name)
