#!/usr/bin/env python
"""The operator's command line: ``python manage.py help``."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured

from sfapi.development import choose_development, migrate_embedded_database, warn_of_placeholders
from sfapi.env_file import load_env_file
from sfapi.process import become_web_process, prepare_streams
from sfapi.signals import end_in_order_on_sigterm

_NO_SUCH_TABLE_OR_COLUMN = {"42P01", "42703"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")
    prepare_streams()
    try:
        load_env_file(Path(__file__).resolve().parent)
        if sys.argv[1:2] == ["simulator"]:
            _simulate()
        choose_development(sys.argv)
        if sys.argv[1:2] == ["runserver"]:
            become_web_process()
            end_in_order_on_sigterm()
        _execute()
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration error: {' '.join(str(error).split())}")
    except BrokenPipeError:
        # The reader (such as ``| head``) has ended. Discard the output that Python would write at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except EOFError:
        if "--traceback" in sys.argv:
            raise
        sys.exit("\nThe question got no answer.")  # Ctrl-D
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        sys.exit(130)


def _simulate() -> NoReturn:
    """Run the simulator, a separate program: it needs no settings, and is not an app of this project."""
    from simulator.main import main as simulate  # noqa: PLC0415 - a deployment may leave it out

    sys.exit(simulate(sys.argv[2:], program="manage.py simulator"))


def _execute() -> None:
    from django.conf import settings  # noqa: PLC0415 - needs the variables of .env
    from django.db import DatabaseError, InterfaceError  # noqa: PLC0415

    from sfapi.command_line import CommandLine  # noqa: PLC0415

    try:
        # Reading a setting here ends the command when the settings are broken. Django would continue, and some commands
        # would fail later with an unclear error.
        warn_of_placeholders(settings.PLACEHOLDERS)
        migrate_embedded_database(sys.argv)
        CommandLine(sys.argv).execute()
        sys.stdout.flush()
    except (DatabaseError, InterfaceError) as error:
        if "--traceback" in sys.argv:
            raise
        _report(error)


def _report(error: Exception) -> None:
    """End the process with one line about PostgreSQL's error."""
    from sfapi.sentry import tell_sentry  # noqa: PLC0415

    message = f"PostgreSQL: {' '.join(str(error).split())}"
    if getattr(error.__cause__, "sqlstate", "") in _NO_SUCH_TABLE_OR_COLUMN:
        message += "; has `manage.py migrate` run?"
    tell_sentry(message)
    sys.exit(message)


if __name__ == "__main__":
    main()
