"""Prints docs/methods.md from the catalogue: ``python -m kgpress.catalogue.docs > docs/methods.md``."""

from __future__ import annotations

from collections.abc import Iterator

from kgpress.catalogue._entries import Hyperparameter, Method
from kgpress.catalogue._load import Catalogue, load


def page(catalogue: Catalogue) -> str:
    """The page as Markdown."""
    return "\n".join(_lines(catalogue)) + "\n"


def _lines(catalogue: Catalogue) -> Iterator[str]:
    yield "# Methods"
    yield ""
    yield f"Generated from the catalogue, version `{catalogue.version}`. The action space expands"
    patterns = ", ".join(f"`{text}`" for text in (" > ".join(p) for p in catalogue.patterns))
    yield f"the patterns {patterns} over the grids."
    for compression_type in catalogue.compression_types:
        methods = [m for m in catalogue.methods if m.compression_type == compression_type.name]
        yield ""
        yield f"## {compression_type.name.capitalize()}"
        for method in methods:
            yield from _method(method)


def _method(method: Method) -> Iterator[str]:
    yield ""
    yield f"### {method.label}: {method.name}"
    if method.description:
        yield method.description
    yield ""
    hardware = ", ".join(method.hardware_kinds) + (" that profits from zeros" if method.sparsity else "")
    state = "Named by publications only" if method.published_only else "Not yet executable"
    yield f"- {'Executable' if method.executable else state}; technique: {method.technique}"
    yield f"- Changes the {method.stage}; needs {', '.join(method.needs) or 'the model only'}"
    yield f"- Hardware: {hardware}; precision {method.precision}"
    yield f"- Domains: {', '.join(method.domains)}"
    yield f"- Source: {method.source}"
    if method.hyperparameters:
        yield ""
        yield "| hyperparameter | term | range | default | grid |"
        yield "|---|---|---|---|---|"
        yield from map(_row, method.hyperparameters)


def _row(hp: Hyperparameter) -> str:
    allowed = ", ".join(hp.choices) if hp.choices else f"{hp.minimum:g} to {hp.maximum:g}"
    grid = ", ".join(map(str, hp.grid))
    return f"| `{hp.name}` | {hp.term} | {hp.type}, {allowed} | {hp.default} | {grid} |"


if __name__ == "__main__":
    print(page(load()), end="")
