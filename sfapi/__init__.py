"""SFAPI: between Salesforce and the web. This package only composes the apps."""

__version__ = "0.1.0"
