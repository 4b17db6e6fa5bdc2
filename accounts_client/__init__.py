"""OpenStax Accounts: its single sign-on cookie and its API. No models."""
