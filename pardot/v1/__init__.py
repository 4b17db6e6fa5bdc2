"""The routes of ``/api/v1/pardot/``, for Super Users only: one file per resource, with schemas and functions."""
