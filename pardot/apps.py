from django.apps import AppConfig


class PardotConfig(AppConfig):
    name = "pardot"
    verbose_name = "Pardot health"

    def ready(self) -> None:
        from pardot.freshness import expect_fresh_copies  # noqa: PLC0415 - needs the models, which are loaded now

        expect_fresh_copies()
