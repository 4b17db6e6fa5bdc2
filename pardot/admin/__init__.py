"""The Pardot app in Django admin, a file a group: what the team enters is editable, what programs write is not."""

from pardot.admin import activity, assets, configuration, findings, prospects, salesforce, set_aside, team

__all__ = ["activity", "assets", "configuration", "findings", "prospects", "salesforce", "set_aside", "team"]
