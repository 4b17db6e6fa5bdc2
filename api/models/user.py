from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An admin who signs in to ``/admin/``. It is our own model since the first migration."""
