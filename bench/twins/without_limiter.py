"""The service without its limiter."""

from sfapi.settings.base import *

ROOT_URLCONF = "bench.twins.unlimited_urls"
