"""The project, which connects Salesforce with the web. This package only combines the apps."""

__version__ = "0.1.0"
