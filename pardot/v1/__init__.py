"""The routes of ``/api/v1/pardot/``, for Super Users only.

Each resource has a file with its schemas and routes.
"""
