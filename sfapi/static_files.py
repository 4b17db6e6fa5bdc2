"""Static files as the service serves them: compressed, and named by their content, so that browsers may keep them."""

from __future__ import annotations

import logging
from pathlib import Path

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

logger = logging.getLogger(__name__)

_, _STATEMENTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """ES modules name each other by content too: a browser never mixes modules of two releases.

    Django finds what a module names by patterns (a private attribute of Django 5.2), so ours end such statements with a
    semicolon. Only ours are searched: packages bundle theirs.
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 20
    """A pass takes names one module further: as many as the longest chain of imports has links, and one."""
    _js_module_import_aggregation_patterns = ("js/*.js", _STATEMENTS)

    def stored_name(self, name: str) -> str:
        """Return the plain name before ``collectstatic`` has run, because an unstyled page says more than an error."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Says in one line of the log what to do when there is nothing to serve, where WhiteNoise has a Python warning."""

    def add_files(self, root: str, prefix: str | None = None) -> None:
        if self.autorefresh or Path(root).is_dir():
            super().add_files(root, prefix)
        else:
            logger.warning("pages come without style: run manage.py collectstatic (there is no %s)", root)
