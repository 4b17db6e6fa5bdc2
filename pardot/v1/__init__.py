"""``/api/v1/pardot/``: one file a resource, its schemas and its functions: parse, call, return. Super Users only."""
