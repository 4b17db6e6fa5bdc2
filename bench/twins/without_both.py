"""The service without audit log and limiter."""

from bench.twins.without_audit import *

ROOT_URLCONF = "bench.twins.unlimited_urls"
