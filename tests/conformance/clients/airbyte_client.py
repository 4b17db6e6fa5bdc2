"""Airbyte's source-salesforce: check, discover, and a read of the five cached objects."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.conformance.clients import calls
from tests.conformance.clients.calls import attempt
from tests.conformance.clients.counting import compare
from tests.conformance.connectors import Airbyte

with tempfile.TemporaryDirectory() as folder:
    source = Airbyte(Path(sys.executable).with_name("source-salesforce"), Path(folder), os.environ)
    source.configure(auth_type="Client", is_sandbox=False)
    attempt("check (login by refresh token)", source.check)
    attempt("discover", lambda: f"{source.discover()} streams")
    attempt("read of five objects", lambda: compare(source.records()))
calls.finish()
