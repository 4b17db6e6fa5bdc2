from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An admin who signs in to ``/admin/``: our own model, because Django's cannot be replaced later."""
