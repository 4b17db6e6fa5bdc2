"""For Django, which finds the management command by it; nothing else here needs Django."""

from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    name = "simulator"
