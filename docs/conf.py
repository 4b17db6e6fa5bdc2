"""Build the documentation site: `make docs`.

In this build warnings are errors, so a broken link or a missing section fails.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sfapi import __version__

project = "SFAPI"
author = "the SFAPI authors"
release = __version__
html_title = f"SFAPI {release}"

extensions = ["myst_parser"]
myst_heading_anchors = 4  # sections get the same addresses as on GitHub
exclude_patterns = ["pictures"]

html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
smartquotes = False
highlight_language = "none"  # blocks without a language are shell lines, settings and drawings
