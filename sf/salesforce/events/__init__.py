"""Change events of Salesforce, over the Pub/Sub API. ``grpcio`` and ``fastavro`` are imported only when it is used."""
