"""The simulator: a local stand-in for Salesforce, Pardot and OpenStax Accounts over HTTPS.

It is for work without a network, for tests and for benchmarks; the apps never import it.
How the outside systems behave is written down in ``docs/platform-facts.md``.
"""
