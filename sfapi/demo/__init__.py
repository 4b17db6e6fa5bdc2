"""Parts of the demo: sign-in at the simulator, and made-up team data. Installed with ``DEBUG`` only."""
