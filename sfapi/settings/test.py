"""What the tests run with: no ``.env`` of a developer decides anything here."""

import os

os.environ["SFAPI_ENV_FILE"] = ""
os.environ["DEBUG"] = "on"

from sfapi.settings.base import *

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files are found where they are: nobody runs collectstatic for the tests.
WHITENOISE_AUTOREFRESH = True
