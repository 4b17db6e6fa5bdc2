"""A sync that continues without the fields that Salesforce or Pardot no longer shows."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol, TypeVar

from sf.ingest.load import Stage
from sf.ingest.loading import LoadingSync
from sf.ingest.runs import LoadedObject
from sf.salesforce.errors import RequestRefused
from sf.sync.readable import compose_remedy, load_unreadable_fields


class ReadableObject(LoadedObject, Protocol):
    """An object with columns that a read may leave out."""

    @property
    def left_out(self) -> frozenset[str]: ...


AnyReadable = TypeVar("AnyReadable", bound=ReadableObject)


class ReadableSync(LoadingSync[AnyReadable]):
    """The steps of a sync that may lose fields. Each system's subclass finds the lost fields."""

    def _read_and_merge(self) -> None:
        """Read all readable fields. When a read is refused, check whether some fields have been lost."""
        self._leave_out(self._as_readable())
        if self._synced.left_out:
            self._leave_out(self._look_again())
        try:
            self._read_what_is_readable()
        except RequestRefused as refusal:
            readable = self._find_readable_after(refusal)
            self._forget_read()
            self._leave_out(readable)
            self._read_what_is_readable()
        if self._synced.left_out:
            advice = compose_remedy(field for field in load_unreadable_fields() if field.object == self._name)
            self._remark = f"{self._remark}. {advice}" if self._remark else advice

    @abstractmethod
    def _read_what_is_readable(self) -> None:
        """Read and merge the fields of ``_synced``."""

    @abstractmethod
    def _as_readable(self) -> AnyReadable:
        """Return the object without the columns that were unreadable at the last check. Makes no call."""

    @abstractmethod
    def _look_again(self) -> AnyReadable:
        """Ask which fields can be read now, store the result, and return the object with only these fields."""

    @abstractmethod
    def _find_readable_after(self, refusal: RequestRefused) -> AnyReadable:
        """Return the object without the fields that explain a refusal. Raises ``refusal`` when no field does."""

    def _leave_out(self, readable: AnyReadable) -> None:
        self._synced, self._run.fingerprint = readable, readable.fingerprint
        self._stage = Stage(readable.target)
