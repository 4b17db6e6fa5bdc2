from django.apps import AppConfig


class SfConfig(AppConfig):
    name = "sf"
    verbose_name = "Salesforce cache"

    def ready(self) -> None:
        from sf import checks  # noqa: F401, PLC0415 - the import registers the checks, and needs the models
        from sf.sync.personal import declare  # noqa: PLC0415

        declare()
