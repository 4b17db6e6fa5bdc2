"""The Salesforce client: login, REST, Bulk API 2.0, retries and counting. It knows nothing of the ORM."""
