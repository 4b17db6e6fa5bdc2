"""Run ``manage.py sf shell``: a Python prompt with a simple-salesforce client that counts calls."""

from __future__ import annotations

import code
import contextlib
import sys
from types import CodeType
from typing import Any

from django.core.management.base import CommandError

from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import SalesforceError

_BANNER = """\
sf is a simple-salesforce client of {instance}, API {version}. Its writes change this org.
  sf.query("SELECT Id, Name FROM Account LIMIT 5")    sf.Contact.get("003…")    sf.Contact.create({{"LastName": "…"}})
Each call is counted under “sf shell”. Ctrl-D ends the shell."""


def run_shell(client: SalesforceClient) -> None:
    """Run Python code from a terminal or a pipe. Salesforce's errors are raised as ``SalesforceError``."""
    from sf.salesforce.records import make_simple_salesforce  # noqa: PLC0415 - the import takes 0.3 s

    names: dict[str, Any] = {
        "sf": make_simple_salesforce(client),
        "SalesforceError": SalesforceError,
        "__name__": "sf shell",
    }
    if not sys.stdin.isatty():
        _run(sys.stdin.read(), names)
        return
    _complete_names(names)
    banner = _BANNER.format(instance=client.instance_url, version=client.api_version)
    code.interact(banner, local=names, exitmsg="")


def _run(source: str, names: dict[str, Any]) -> None:
    try:
        compiled: CodeType = compile(source, "<stdin>", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise CommandError(f"line {error.lineno}: {error.msg}") from None
    exec(compiled, names)  # noqa: S102 - the operator's own program


def _complete_names(names: dict[str, Any]) -> None:
    with contextlib.suppress(ImportError):  # Python without readline
        import readline  # noqa: PLC0415
        import rlcompleter  # noqa: PLC0415

        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
