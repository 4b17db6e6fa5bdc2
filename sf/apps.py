from django.apps import AppConfig


class SfConfig(AppConfig):
    name = "sf"
    verbose_name = "Salesforce cache"
