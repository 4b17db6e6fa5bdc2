#!/usr/bin/env python
"""The operator's command line: ``python manage.py help``."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from sfapi.env import load_env_file
from sfapi.process import become_web_process
from sfapi.signals import end_in_order_on_sigterm


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")
    load_env_file(Path(__file__).resolve().parent)
    if sys.argv[1:2] == ["runserver"]:
        os.environ.setdefault("DEBUG", "on")
        become_web_process()
        end_in_order_on_sigterm()
    from django.conf import settings  # noqa: PLC0415 - after the environment
    from django.core.management import execute_from_command_line  # noqa: PLC0415
    from django.db import DatabaseError, InterfaceError  # noqa: PLC0415

    from sfapi.sentry import tell_sentry  # noqa: PLC0415

    try:
        settings.INSTALLED_APPS  # noqa: B018 - Django goes on without settings, and some commands trip over that later
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration error: {error}")
    except BrokenPipeError:
        # ``| head`` has read enough. What Python would still write at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (DatabaseError, InterfaceError) as error:
        if "--traceback" in sys.argv:
            raise
        message = f"PostgreSQL: {' '.join(str(error).split())}"
        tell_sentry(message)
        sys.exit(message)


if __name__ == "__main__":
    main()
