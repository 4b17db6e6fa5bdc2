"""Configure gunicorn: ``gunicorn --config python:sfapi.gunicorn``. Options on the command line win.

Gunicorn uses threads, because a request that waits for Salesforce or Accounts must not keep other requests waiting;
``api/protection/bulkhead.py`` keeps some threads free. ``docs/settings.md`` describes each variable.

The settings in this file change only at a restart. After a reload, the new processes read the code and the variables
of Django's settings again.
"""

import os
import sys
from pathlib import Path

_there_before = set(sys.modules)

from sfapi.env import Environment  # noqa: E402

_env = Environment.load(Path(__file__).resolve().parents[1])
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, where gunicorn makes a file for each worker

wsgi_app = "sfapi.wsgi:application"
bind = _env.text("WEB_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = _env.integer("WEB_WORKERS", 4, at_least=1, at_most=256)
threads = _env.integer("WEB_THREADS", 8, at_least=1, at_most=256)
timeout = 30
graceful_timeout = 30
# This must be longer than the time for which a proxy in front keeps idle connections open, usually 60 s. If gunicorn
# closes a connection just when the proxy sends a POST on it, the proxy answers the POST with 502.
keepalive = 75
# Workers are replaced after a number of requests, because their memory may have grown. With the jitter, they are not
# all replaced at once.
max_requests = 20_000
max_requests_jitter = 5_000
# A worker whose heartbeat waits for a slow disk would look like a worker that hangs.
worker_tmp_dir = str(_SHARED_MEMORY) if os.access(_SHARED_MEMORY, os.W_OK) else None
control_socket_disable = True
if _env.choice("LOG_FORMAT", ("text", "json"), "text") == "json":
    _own_lines = {"level": "INFO", "handlers": ["error_console"], "propagate": False}
    logconfig_dict = {
        "formatters": {"generic": {"()": "sfapi.logs.JsonFormatter"}},
        "loggers": {"gunicorn.error": _own_lines, "gunicorn.access": _own_lines},
    }
# TRUSTED_PROXY_COUNT decides which X-Forwarded-Proto to trust; gunicorn would trust every local program.
forwarded_allow_ips = ""

_imported_here = set(sys.modules) - _there_before


def post_fork(server: object, worker: object) -> None:
    """Make the new process import again the modules that this file has imported.

    Otherwise a reload after an upgrade mixes new code with modules that gunicorn's first process imported long ago.
    """
    for name in _imported_here:
        if name.partition(".")[0] not in sys.stdlib_module_names:
            sys.modules.pop(name, None)
