"""``kgpress methods`` and ``kgpress hardware``: the catalogue, for people and for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import click

from kgpress.catalogue import Catalogue, load
from kgpress.cli._options import json_option


@click.command()
@json_option
def methods(as_json: bool) -> None:
    """List compression methods and their hyperparameters."""
    catalogue = load()
    if as_json:
        _print_json({"catalogue_version": catalogue.version, "methods": catalogue.methods})
        return
    for method in catalogue.methods:
        if method.published_only:
            continue
        state = "executable" if method.executable else "not yet executable"
        click.echo(f"{method.label:4} {method.name}  [{method.compression_type}; {state}]")
        for hp in method.hyperparameters:
            allowed = ", ".join(hp.choices) if hp.choices else f"{hp.minimum:g}..{hp.maximum:g}"
            grid = f", grid {', '.join(map(str, hp.grid))}" if hp.grid else ""
            click.echo(f"       {hp.name}: {hp.term} ({hp.type} {allowed}; default {hp.default}{grid})")
    _print_published(catalogue)


def _print_published(catalogue: Catalogue) -> None:
    """One line a method: their settings are for readers of results, not for callers."""
    published = [m for m in catalogue.methods if m.published_only]
    click.echo(f"\nNamed by published results only ({len(published)}; settings: --json or docs/methods.md)")
    for method in published:
        click.echo(f"{method.label:4} {method.name}  [{method.compression_type}]")


@click.command()
@json_option
def hardware(as_json: bool) -> None:
    """List the hardware that limits can be asked for. A YAML file with the same keys is taken too."""
    catalogue = load()
    if as_json:
        _print_json({"catalogue_version": catalogue.version, "hardware": catalogue.hardware})
        return
    for device in catalogue.hardware:
        memory = f", RAM {device.ram_bytes:,} B, flash {device.flash_bytes:,} B" if device.ram_bytes else ""
        click.echo(
            f"{device.name:12} {device.chipset} ({device.kind}), {' '.join(device.precisions)}, "
            f"sparsity {'yes' if device.sparsity else 'no'}, runtime {device.runtime}{memory}"
        )


def _print_json(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, indent=2, default=dataclasses.asdict))
