"""Settings: ``base`` reads them from the environment, for all deployments; ``test`` is for tests."""
