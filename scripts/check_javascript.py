"""Check format and faults of the JavaScript with Biome. Called by ``make lint``.

Biome is installed from npm at the version of ``package-lock.json``, into ``.javascript/``. Where it cannot be
installed, a line says so, and the script succeeds, or fails with ``NPM_REQUIRED``. ``--write`` formats the files.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.environments import ROOT, NotInstalled, install_node

FOLDER = ROOT / ".javascript"
PACKAGES = (ROOT / "package.json", ROOT / "package-lock.json")
PROGRAMS = FOLDER / "node_modules" / ".bin"


def main() -> int:
    """Return the exit status."""
    try:
        install_node(FOLDER, PACKAGES)
    except NotInstalled as reason:
        return _left_out(reason)
    if "--write" in sys.argv[1:]:
        return _run("biome", "format", "--write")
    return _run("biome", "check", "--error-on-warnings")


def _left_out(reason: NotInstalled) -> int:
    print(f"THE JAVASCRIPT WAS NOT CHECKED: {reason}.", file=sys.stderr)
    return 1 if os.environ.get("NPM_REQUIRED") else 0


def _run(program: str, *arguments: str) -> int:
    return subprocess.run([str(PROGRAMS / program), *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
