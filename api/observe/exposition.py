"""Write metrics in Prometheus's text format.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Sample:
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""
    """The end of the sample's name: ``_bucket``, ``_sum`` or ``_count`` for a part of a histogram."""

    def format_line(self, name: str) -> str:
        labels = ",".join(f'{label}="{_escape(text)}"' for label, text in self.labels.items())
        braces = f"{{{labels}}}" if labels else ""
        return f"{name}{self.suffix}{braces} {self.value:.15g}"


@dataclass(frozen=True)
class Metric:
    """A named metric with its samples. No two samples have the same suffix and labels."""

    name: str
    help: str
    samples: Iterable[Sample]
    kind: Literal["gauge", "counter", "histogram"] = "gauge"

    def format_lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for sample in self.samples:
            yield sample.format_line(self.name)


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
