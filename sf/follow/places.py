"""Store how far the change events of each object have been followed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models.functions import Now

from sf.models import FollowedObject


def load_places(organization_id: str) -> dict[str, bytes]:
    """Return the stored replay ids of the org with this id, by the name of the object."""
    rows = FollowedObject.objects.filter(organization_id=organization_id)
    return {row.object: bytes(row.replay_id) for row in rows}


def store_places(organization_id: str, places: Mapping[str, bytes]) -> None:
    """Store the replay ids. Call this in the transaction that stores the changes up to them."""
    for name, replay_id in sorted(places.items()):
        FollowedObject.objects.update_or_create(
            object=name,
            defaults={"organization_id": organization_id, "replay_id": replay_id, "stored_at": Now()},
        )


def forget_places(names: Collection[str]) -> None:
    FollowedObject.objects.filter(object__in=names).delete()


def forget_other_places(names: Collection[str]) -> None:
    """Forget the places of objects that are no longer followed: they would be reported as far behind."""
    FollowedObject.objects.exclude(object__in=names).delete()
