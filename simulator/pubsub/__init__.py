"""Salesforce's Pub/Sub API with the events of Change Data Capture. Its server needs ``grpcio`` and ``fastavro``."""
