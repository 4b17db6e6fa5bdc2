"""Change events of Salesforce over the Pub/Sub API. Needs the optional ``grpcio`` and ``fastavro``."""
