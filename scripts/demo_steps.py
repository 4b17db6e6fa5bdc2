"""Fill the demo's database: ordinary commands in one process, each printed before it runs.

A process for each command would load the project again each time, which takes longer than most of the commands.
"""

from __future__ import annotations

import os
import shlex
import sys

import manage

STEPS = (
    "migrate --verbosity 0",
    "sync_books",
    "sync_all",
    "camp_sync --survey",
    "camp_demo_data",
    "create_super_user --uuid={DEMO_USER_UUID} '--name=Demo Super User' --may-refresh",
)


def main() -> None:
    for step in STEPS:
        command = step.format_map(os.environ)
        print(f"$ python manage.py {command}", flush=True)
        sys.argv = ["manage.py", *shlex.split(command)]
        manage.main()
    _make_admin(os.environ["DJANGO_SUPERUSER_PASSWORD"])


def _make_admin(password: str) -> None:
    """Let "admin" log in with this password, even if an earlier start set another one."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - the first step has set Django up

    admin, _ = get_user_model().objects.get_or_create(
        username="admin", defaults={"email": "admin@sfapi.example", "is_staff": True, "is_superuser": True}
    )
    if not admin.check_password(password):
        admin.set_password(password)
        admin.save()


if __name__ == "__main__":
    main()
