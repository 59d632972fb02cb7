"""Reshapes whose target is a constant break when channels go; the common ones become relative."""

from __future__ import annotations

import math

import torch
from torch import fx, nn


class RelativeReshape(nn.Module):
    """Reshape that keeps the batch and leaves one dimension to be inferred."""

    def __init__(self, shape: list[int]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
        if self.shape == [-1]:
            return torch.flatten(x, 1)
        return x.reshape(x.shape[0], *self.shape)


def free_reshapes(module: nn.Module, sample: torch.Tensor) -> nn.Module:
    """Replaces reshapes of a converted model (torch.fx) that keep the batch and move channels whole.

    Others stay as they are; if one of them stands in the way, pruning says so.
    """
    if not isinstance(module, fx.GraphModule):
        return module
    shapes = _shapes(module, sample)
    for node in module.graph.nodes:
        if (
            node.op != "call_module"
            or "reshape" not in type(module.get_submodule(node.target)).__name__.lower()
        ):
            continue
        before, after = shapes.get(node.args[0]), shapes.get(node)
        if before is None or after is None or before[0] != after[0]:
            continue
        if (relative := _relative(before[1:], after[1:])) is not None:
            module.set_submodule(node.target, RelativeReshape(relative))
    return module


def _relative(before: list[int], after: list[int]) -> list[int] | None:
    """The shape behind the batch with -1 where the channels lie; None where they are mixed."""
    if len(after) == 1 and after[0] == math.prod(before):
        return [-1]
    if before and after and before[0] == after[0] and math.prod(before[1:]) == math.prod(after[1:]):
        return [-1, *after[1:]]
    return None


def _shapes(module: fx.GraphModule, sample: torch.Tensor) -> dict[fx.Node, list[int]]:
    found: dict[fx.Node, list[int]] = {}

    class Recorder(fx.Interpreter):
        def run_node(self, n: fx.Node) -> object:
            value = super().run_node(n)
            if isinstance(value, torch.Tensor):
                found[n] = list(value.shape)
            return value

    with torch.no_grad():
        Recorder(module).run(sample)
    return found
