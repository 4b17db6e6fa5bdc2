from collections.abc import Iterable

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from api import checks  # noqa: F401, PLC0415 - the import registers the checks
        from api.http.header_parameters import ignore_unreadable_headers  # noqa: PLC0415 - keeps them together
        from api.http.query_parameters import (  # noqa: PLC0415 - Ninja needs the settings
            check_parameters_of_routes,
            read_parameters_as_utf8,
        )
        from api.http.schema_building import build_schemas_late  # noqa: PLC0415 - Ninja needs the settings
        from api.outbox.queue import keep_cases_apart  # noqa: PLC0415
        from api.protection.breaker import close_breakers  # noqa: PLC0415 - needs the models, which are loaded now
        from api.retention.personal import declare  # noqa: PLC0415
        from sf.status.objects import MORE_LINES  # noqa: PLC0415 - needs the models, which are loaded now
        from sf.sync.adoption import ON_ADOPTION  # noqa: PLC0415

        build_schemas_late()
        check_parameters_of_routes()
        read_parameters_as_utf8()
        ignore_unreadable_headers()
        MORE_LINES.append(_describe_open_breakers)
        ON_ADOPTION.append(keep_cases_apart)
        ON_ADOPTION.append(close_breakers)
        declare()


def _describe_open_breakers() -> Iterable[str]:
    from api.protection.breaker import describe_open_breakers  # noqa: PLC0415 - needs the models

    return describe_open_breakers()
