from django.apps import AppConfig


class SfConfig(AppConfig):
    name = "sf"
    verbose_name = "Salesforce cache"

    def ready(self) -> None:
        from sf import checks  # noqa: F401, PLC0415 - registers them, once the models are there
        from sf.sync.personal import declare  # noqa: PLC0415

        declare()
