from django.apps import AppConfig


class SfapiConfig(AppConfig):
    name = "sfapi"
    verbose_name = "SFAPI"

    def ready(self) -> None:
        from sfapi import checks  # noqa: F401, PLC0415 - registers the checks
