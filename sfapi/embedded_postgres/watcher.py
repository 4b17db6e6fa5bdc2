"""Stop the embedded PostgreSQL after the last process that uses it has ended.

``ensure_running`` starts this program: ``python -m sfapi.embedded_postgres.watcher DATA_DIR``.
"""

import sys
from pathlib import Path

from sfapi.embedded_postgres.server import stop_when_unused

if __name__ == "__main__":
    stop_when_unused(Path(sys.argv[1]))
