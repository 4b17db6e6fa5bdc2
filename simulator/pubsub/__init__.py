"""Salesforce's Pub/Sub API with change events. Its server needs ``grpcio`` and ``fastavro``."""
