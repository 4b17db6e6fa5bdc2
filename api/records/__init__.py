"""``/api/v1/records/``: the cached records in bulk, with Django REST framework.

Everything is derived from ``sf/sync/objects.py`` and the models' fields. A new cached object or Salesforce field
appears by itself in the answers, as a filter and in the OpenAPI document.
"""
