"""``python -m simulator``: the simulator without Django."""

import sys

from simulator.main import main

sys.exit(main())
