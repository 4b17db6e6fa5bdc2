from django.apps import AppConfig


class PardotConfig(AppConfig):
    name = "pardot"
    verbose_name = "Pardot health"
