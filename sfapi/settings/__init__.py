"""Settings: ``base`` is what runs, everything from the environment; ``test`` is what the tests run with."""
