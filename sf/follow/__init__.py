"""Follow Salesforce's change events, so that changes reach the cache within seconds (``manage.py sf follow``)."""
