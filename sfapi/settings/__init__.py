"""Settings: ``base`` is for all deployments, with everything from the environment; ``test`` is for the tests."""
