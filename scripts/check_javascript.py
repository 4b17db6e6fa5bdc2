"""Check the JavaScript with Biome and TypeScript, for ``make lint`` and ``make format``.

Both tools are installed from npm into ``.javascript/``, at the versions of ``package-lock.json``. If the installation
fails, the script says so, and succeeds unless ``NPM_REQUIRED`` is set. The types of the API's answers are made from the
OpenAPI document. ``--write`` only formats the files.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.environments import ROOT, NotInstalled, install_node

FOLDER = ROOT / ".javascript"
PACKAGES = (ROOT / "package.json", ROOT / "package-lock.json")
PROGRAMS = FOLDER / "node_modules" / ".bin"
DOCUMENT = FOLDER / "openapi.json"
TYPES = FOLDER / "api.d.ts"
"""``tsconfig.json`` names this file ``api-document``."""


def main() -> int:
    """Return the exit status."""
    try:
        install_node(FOLDER, PACKAGES)
    except NotInstalled as reason:
        return _report_left_out(reason)
    if "--write" in sys.argv[1:]:
        return _run("biome", "format", "--write")
    bad_form = _run("biome", "check", "--error-on-warnings")
    return _write_types() or _run("tsc", "--project", ".") or bad_form


def _report_left_out(reason: NotInstalled) -> int:
    print(f"THE JAVASCRIPT WAS NOT CHECKED: {reason}.", file=sys.stderr)
    return 1 if os.environ.get("NPM_REQUIRED") else 0


def _write_types() -> int:
    export = ["export_openapi_schema", "--api", "api.api_v1.api", "--output", str(DOCUMENT)]
    variables = {**os.environ, "DEBUG": "on", "SFAPI_ENV_FILE": ""}
    exported = subprocess.run([sys.executable, "manage.py", *export], cwd=ROOT, env=variables, check=False)
    return exported.returncode or _run("openapi-typescript", str(DOCUMENT), "--output", str(TYPES))


def _run(program: str, *arguments: str) -> int:
    return subprocess.run([str(PROGRAMS / program), *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
