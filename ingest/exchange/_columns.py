"""The columns of the exchange format, in order: one declaration for reading, writing and the docs."""

from __future__ import annotations

from dataclasses import dataclass

#: Unit -> what may stand behind the number, and its factor to the base unit.
UNITS: dict[str, dict[str, str]] = {
    "quality": {"%": "0.01", "pt": "0.01"},
    "bytes": {
        "B": "1",
        "KB": "1e3",
        "MB": "1e6",
        "GB": "1e9",
        "KiB": "1024",
        "MiB": "1048576",
        "GiB": "1073741824",
    },
    "count": {"K": "1e3", "M": "1e6", "G": "1e9", "B": "1e9"},
    "ms": {"us": "0.001", "µs": "0.001", "ms": "1", "s": "1000"},
    "s": {"ms": "0.001", "s": "1", "min": "60", "h": "3600"},
    "per s": {"/s": "1", "fps": "1"},
    "ratio": {"%": "0.01", "x": "1"},
}


@dataclass(frozen=True)
class Column:
    """One column.

    ``kind``: text, number, count, flag or json. ``path``: the field of a ReferenceResult, where it is
    that field as it stands. ``only``: "export" (written, not read), "import" (read, never written), "".
    """

    name: str
    kind: str
    about: str
    path: str = ""
    unit: str = ""
    required: bool = False
    only: str = ""


def _quantity(name: str, field: str, unit: str, about: str) -> list[Column]:
    kind = "count" if unit in ("bytes", "count") else "number"
    return [
        Column(f"{name}_{side}", kind, f"{about}, {side}", f"interpretation.{side}.{field}", unit)
        for side in ("before", "after")
    ]


COLUMNS: tuple[Column, ...] = (
    Column("id", "text", "hash of the locator", only="export"),
    Column(
        "state", "text", "what became of it; only curators and checks decide, so accepted is not taken in"
    ),
    Column("reasons", "json", "why it is not accepted"),
    Column("conflict", "flag", "curators disagree on it", only="export"),
    Column("locator", "json", "the cell it stands in; absent: this line of this file"),
    Column("source", "text", "who published it", "source.name", required=True),
    Column("source_kind", "text", "paper, document, dataset or own_run; document unless given"),
    Column("source_url", "text", "where", "source.url"),
    Column("source_version", "text", "commit, edition", "source.version"),
    Column("source_licence", "text", "licence of the source", "source.licence"),
    Column("source_title", "text", "its title", "source.title"),
    Column("source_year", "count", "year of publication", "source.year"),
    Column("model", "text", "for example ResNet-50", "interpretation.model", required=True),
    Column("model_family", "text", "for example ResNet", "interpretation.model_family"),
    Column("dataset", "text", "measured on; needed with a metric", "interpretation.dataset"),
    Column("domain", "text", "for example computer vision", "interpretation.domain"),
    Column("task", "text", "for example image classification", "interpretation.task"),
    Column(
        "strategy",
        "text",
        "what was done, for example C2(ratio=0.5) > C4(bits=8); ? is not stated",
        required=True,
    ),
    Column(
        "catalogue_version",
        "text",
        "of the catalogue that resolved the strategy; this one unless given",
        "interpretation.strategy.catalogue_version",
    ),
    Column("method", "text", "the strategy's methods by name", only="export"),
    Column("hardware", "text", "measured on", "interpretation.hardware"),
    Column("runtime", "text", "measured in", "interpretation.runtime"),
    Column("conditions", "json", 'what else the numbers depend on, for example {"batch": "1"}'),
    Column("metric", "text", "for example accuracy; needed with before, after, delta"),
    Column("before", "number", "metric of the reference model", "interpretation.before.quality", "quality"),
    Column("after", "number", "metric of the compressed model", "interpretation.after.quality", "quality"),
    Column("delta", "number", "after - before; must agree where both are given", unit="quality"),
    *_quantity("size", "size_bytes", "bytes", "file size"),
    *_quantity("parameters", "parameters", "count", "parameters"),
    *_quantity("nonzero_parameters", "nonzero_parameters", "count", "parameters that are not zero"),
    *_quantity("macs", "macs", "count", "multiply-accumulates of one sample"),
    *_quantity("latency", "latency_ms", "ms", "latency"),
    *_quantity("latency_half_width", "latency_ms_half_width", "ms", "half of the latency's 95% interval"),
    *_quantity("throughput", "throughput_per_s", "per s", "samples in one second"),
    *_quantity("memory", "memory_bytes", "bytes", "working memory"),
    *_quantity("rows", "rows", "count", "rows that the metric was measured on"),
    *(
        Column(
            f"{name}_ratio",
            "number",
            "after / before, where only that is stated",
            f"interpretation.change.{field}",
            "ratio",
        )
        for name, field in (
            ("size", "size"),
            ("parameters", "parameters"),
            ("nonzero_parameters", "nonzero_parameters"),
            ("macs", "macs"),
            ("latency", "latency"),
            ("throughput", "throughput"),
            ("memory", "memory"),
        )
    ),
    Column(
        "test_before",
        "number",
        "own runs: metric on the test rows, before",
        "interpretation.test_before.quality",
        "quality",
    ),
    Column(
        "test_after",
        "number",
        "own runs: metric on the test rows, after",
        "interpretation.test_after.quality",
        "quality",
    ),
    Column("split", "text", "validation, test or unknown; unknown unless given", "interpretation.split"),
    Column("per_layer", "flag", "one layer alone was compressed", "interpretation.per_layer"),
    Column("layer", "text", "which", "interpretation.layer"),
    Column("cluster", "text", "the same for copies of one measurement", "interpretation.cluster"),
    Column("seconds", "number", "own runs: how long it took", "interpretation.seconds", "s"),
    Column("rules", "text", "version of the reading rules", "interpretation.rules"),
    Column(
        "confidence",
        "number",
        "0..1, of the least certain field; 1 unless given",
        "interpretation.confidence",
    ),
    Column("derivations", "json", "how each field came about"),
    Column("private", "flag", "stays out of every export", "private", only="import"),
)

BY_NAME = {column.name: column for column in COLUMNS}
WRITTEN = tuple(column for column in COLUMNS if column.only != "import")
