from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An admin: somebody who signs in to ``/admin/``. Our own model from the first migration on."""
