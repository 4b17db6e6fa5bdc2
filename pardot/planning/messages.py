"""The link by which a team member stops the morning messages, without signing in."""

from __future__ import annotations

from django.core import signing

from pardot.models import TeamMember

_SALT = "pardot.messages"


class BadLink(ValueError):
    """The link was not made here, or is about nobody who gets messages at that address."""


def stop_token(member: TeamMember) -> str:
    """Return what the link carries: the member and the address, signed."""
    return signing.dumps([member.pk, member.email], salt=_SALT, compress=False)


def member_of_token(token: str) -> TeamMember:
    """Return the member whom the link is about. Raises ``BadLink``."""
    try:
        pk, email = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise BadLink("This link is not complete.") from error
    member = TeamMember.objects.filter(pk=pk, email=email).first()
    if member is None:
        raise BadLink("Nobody gets messages at this address any more.")
    return member


def messages_set(member: TeamMember, *, wanted: bool) -> None:
    """Stop the messages of a member, or begin them again."""
    TeamMember.objects.filter(pk=member.pk).update(gets_messages=wanted)
