"""The signed link with which a member stops or restarts the morning messages without signing in."""

from __future__ import annotations

from django.core import signing

from pardot.models import TeamMember

_SALT = "pardot.messages"


class BadLink(ValueError):
    """The link is not valid, or its member was removed or has another email address now."""


def make_stop_token(member: TeamMember) -> str:
    """Return the signed part of the link, which contains the member's id and email address."""
    return signing.dumps([member.pk, member.email], salt=_SALT, compress=False)


def require_member_of_token(token: str) -> TeamMember:
    """Return the member to whom the link was sent. Raises ``BadLink``."""
    try:
        pk, email = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise BadLink("This link is incomplete or too old. Copy all of it from the latest message.") from error
    member = TeamMember.objects.filter(pk=pk, email=email).first()
    if member is None:
        raise BadLink(
            "The team member of this link was removed, or has another email address now. "
            "If you still get messages, use the link in the latest one."
        )
    return member


def set_messages(member: TeamMember, *, enabled: bool) -> None:
    """Stop the morning messages of a member, or start them again."""
    TeamMember.objects.filter(pk=member.pk).update(gets_messages=enabled)
