"""The service's settings, with static files collected outside the checkout."""

import os
from pathlib import Path

from sfapi.settings.base import *  # noqa: F403

STATIC_ROOT = Path(os.environ["COLLECTED_STATIC"])
