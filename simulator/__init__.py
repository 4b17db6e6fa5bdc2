"""The simulator: a local stand-in for Salesforce, Pardot and OpenStax Accounts over HTTPS.

It is for work without a network, for tests and for benchmarks; the apps never import it.
``docs/platform-facts.md`` describes the behavior of the real systems.
"""
