"""tap-salesforce, the Singer tap: discovery, then a sync of the five cached objects."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.conformance.clients import calls
from tests.conformance.clients.calls import attempt
from tests.conformance.clients.counting import compare
from tests.conformance.connectors import Tap

with tempfile.TemporaryDirectory() as folder:
    tap = Tap(Path(sys.executable).with_name("tap-salesforce"), Path(folder), os.environ)
    tap.configure(api_type="REST", select_fields_by_default=True)
    attempt("login (refresh token) and discovery", lambda: f"{tap.discover()} streams")
    attempt("sync of five objects over REST", lambda: compare(tap.records()))
calls.finish()
