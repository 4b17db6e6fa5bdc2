from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An admin who signs in to ``/admin/``.

    The model is our own, because a project that began with Django's model cannot replace it later.
    """
