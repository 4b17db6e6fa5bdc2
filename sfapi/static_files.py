"""Static files as the service serves them: compressed, and named by their content, so that browsers may keep them."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage

_, _STATEMENTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """ES modules name each other by content too: a browser never mixes modules of two releases.

    Django finds what a module names by patterns (a private attribute of Django 5.2), so ours end such statements with a
    semicolon. Only ours are searched: packages bundle theirs.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = ("js/*.js", _STATEMENTS)
    max_post_process_passes = 20
    """A pass for each step of the longest way from module to module; Django's 5 are meant for style sheets."""

    def stored_name(self, name: str) -> str:
        """The plain name before ``collectstatic`` has run: a page without style says more than an error about it."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
