"""``sf follow`` says what to install when its packages are missing."""

from __future__ import annotations

import sys

import pytest
from django.core.management import CommandError, call_command

from tests.simulated import Simulator


@pytest.mark.django_db
@pytest.mark.parametrize("package", ["grpc", "fastavro"])
def test_one_line_says_what_to_install(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in [name for name in sys.modules if name.startswith(("sf.follow", "sf.salesforce.events"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CommandError, match=f"sf follow needs {package}: .*pip install -r requirements/follow.txt"):
        call_command("sf", "follow")
