"""The HTTP surface ``/api/v1``: who is calling, what they may do, and the routes."""
