"""Follow Salesforce's change events: changes are cached within seconds (``manage.py sf follow``)."""
