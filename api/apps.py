from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from api import checks  # noqa: F401, PLC0415 - registers them, once the models are there
        from api.schema_building import build_schemas_late  # noqa: PLC0415 - Ninja wants settings

        build_schemas_late()
