"""The command line of the simulator: ``python -m simulator``."""

import sys

from simulator.main import main

sys.exit(main())
