"""Serve static files compressed, and named by their content, so that browsers may keep them."""

from __future__ import annotations

import logging
from pathlib import Path

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

logger = logging.getLogger(__name__)

_, _STATEMENTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Storage that also renames imports between ES modules, so that a browser never mixes two releases.

    Django 5.2 finds imports by the patterns of a private attribute. These match calls of ``import("…")``
    anywhere, but import and export statements only when a semicolon ends them. Only SFAPI's own modules are searched,
    because packages bundle theirs.
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 20
    """Exceeds the length of every chain of imports: in the worst case a pass resolves one link of a chain."""
    _js_module_import_aggregation_patterns = ("js/*.js", _STATEMENTS)

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or the plain name of a file that ``collectstatic`` has not stored.

        An unstyled page helps more than an error.
        """
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Logs one line with advice when there is nothing to serve; WhiteNoise would issue a Python warning."""

    def add_files(self, root: str, prefix: str | None = None) -> None:
        if self.autorefresh or Path(root).is_dir():
            super().add_files(root, prefix)
        else:
            logger.warning("pages come without style: run manage.py collectstatic (there is no %s)", root)
