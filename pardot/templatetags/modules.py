"""Preload the JavaScript modules of a page in parallel.

Otherwise browsers find the imports level by level.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*\bfrom\s+"(\.[^"]+)";', re.MULTILINE)
"""Matches static imports only, because a dynamic ``import()`` loads a module on demand."""


@register.simple_tag
def module_preloads(names: Sequence[str]) -> SafeString:
    """Return ``<link rel="modulepreload">`` for these static files and all that they import."""
    if settings.DEBUG:  # files change while the server runs
        _with_imports.cache_clear()
    modules = _with_imports(tuple(names))
    return format_html_join("\n", '  <link rel="modulepreload" href="{}">', ((static(name),) for name in modules))


@lru_cache(maxsize=32)
def _with_imports(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files and all that they import, directly or not, without repetition."""
    modules: dict[str, None] = dict.fromkeys(names)
    queue = list(names)
    while queue:
        for name in _find_imports(queue.pop(0)):
            if name not in modules:
                modules[name] = None
                queue.append(name)
    return tuple(modules)


def _find_imports(name: str) -> Iterator[str]:
    path = finders.find(name)
    if path is None:
        return
    for address in _IMPORT.findall(Path(path).read_text(encoding="utf-8")):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
