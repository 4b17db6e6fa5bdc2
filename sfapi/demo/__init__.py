"""The demo's own parts: signing in at the simulator, and made-up team data. An installed app with ``DEBUG`` only."""
