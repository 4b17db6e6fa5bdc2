"""Settings of the tests. They ignore a developer's ``.env``."""

import os

os.environ["SFAPI_ENV_FILE"] = ""
os.environ["DEBUG"] = "on"

from sfapi.settings.base import *

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files are served from their sources: collectstatic is not run for the tests.
WHITENOISE_AUTOREFRESH = True
