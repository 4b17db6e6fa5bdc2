"""Follow Salesforce's change events: what changes there is here within seconds (``manage.py sf follow``)."""
