"""Django's command line. Each ``CommandError`` is one line, so that logs and mail keep it together."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, ManagementUtility
from django.core.management.base import SystemCheckError

from outgoing.text import is_unicode, to_one_line
from sfapi.check_ins import checked_in
from sfapi.json_lines import prepare_output


class CommandLine(ManagementUtility):
    """The command line of ``manage.py``.

    Each ``CommandError`` is one line; only system checks print several.
    """

    def fetch_command(self, subcommand: str) -> BaseCommand:
        if self.argv[1:2] == [subcommand]:
            # This may replace sys.stderr. Django's setup came first, so the log's handlers keep the original stream.
            prepare_output(self.argv, json=settings.LOG_FORMAT == "json")
        command = super().fetch_command(subcommand)
        execute = command.execute

        def execute_in_one_line(*arguments: Any, **options: Any) -> str | None:
            if not all(map(is_unicode, self.argv[1:])):
                raise CommandError("an argument is not UTF-8: set the terminal to UTF-8, and type it again")
            try:
                with checked_in(self.argv[1:]):
                    return execute(*arguments, **options)
            except SystemCheckError:
                raise  # several lines, for a person who has just changed something
            except CommandError as error:
                error.args = (to_one_line(str(error)),)
                raise

        command.execute = execute_in_one_line  # type: ignore[method-assign]
        return command
