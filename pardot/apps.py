from django.apps import AppConfig


class PardotConfig(AppConfig):
    name = "pardot"
    verbose_name = "Pardot health"

    def ready(self) -> None:
        from pardot import checks  # noqa: F401, PLC0415 - registers them, once the models are there
        from pardot.freshness import expect_fresh_copies  # noqa: PLC0415 - needs the models, which are loaded now

        expect_fresh_copies()
