"""C2: filters of smallest L1 norm removed by dependency groups, then fine-tuned.

Li et al. 2017 for the criterion; groups of layers that must be cut together (residual sums, batch
norm, the inputs of the next layer) by Torch-Pruning (Fang et al. 2023).
"""

from __future__ import annotations

import warnings

import torch
import torch_pruning
from torch import nn

from compressor.method._state import Context, State
from compressor.method._tune import fine_tune, prepare
from compressor.method.pruning._reshape import free_reshapes
from kgpress.errors import ModelError
from kgpress.strategy import Step

#: Channels that every layer keeps at least.
LEAST_CHANNELS = 2
_ROOTS: list[type[nn.Module]] = [nn.modules.conv._ConvNd, nn.Linear]


class L1FilterPruning:
    """Removes the share ``ratio`` of the channels of every group but the output's."""

    label = "C2"
    on = "module"

    def apply(self, state: State, step: Step, context: Context) -> State:
        epochs = int(step["epochs"])
        module = prepare(state.live, context, epochs)
        module = prune(module, torch.from_numpy(state.sample), float(step["ratio"]))
        tuned = fine_tune(module, context, epochs, int(step.get("samples", 0) or 0))
        return state.with_(module=tuned.module, truncated=state.truncated or tuned.truncated)


def prune(module: nn.Module, sample: torch.Tensor, ratio: float) -> nn.Module:
    """Prunes in place; the output keeps its shape.

    Raises:
        ModelError: there is nothing to prune, or the pruned model does not run.
    """
    sample = sample[:2]
    module = free_reshapes(module.eval(), sample)
    with torch.no_grad():
        shape = module(sample).shape
    before = sum(p.numel() for p in module.parameters())
    for parameter in module.parameters():
        parameter.requires_grad_(True)  # the graph is traced by autograd
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _cut(module, sample, ratio)
        with torch.no_grad():
            pruned_shape = module(sample).shape
    except (RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        raise ModelError(
            f"filter pruning does not understand this model: {str(error).splitlines()[0][:160]}",
            remedy="use another method",
            field="strategy",
        ) from error
    if pruned_shape != shape:
        raise ModelError("filter pruning would cut the output", remedy="use another method", field="strategy")
    if ratio > 0 and sum(p.numel() for p in module.parameters()) == before:
        raise ModelError(
            "the model has no filters that can be removed", remedy="use another method", field="strategy"
        )
    return module


def _cut(module: nn.Module, sample: torch.Tensor, ratio: float) -> None:
    graph = torch_pruning.DependencyGraph().build_dependency(module, example_inputs=sample)
    roots = [m for m in graph.module2node if isinstance(m, tuple(_ROOTS))]
    ratios = {m: _capped(ratio, graph.get_out_channels(m)) for m in roots}
    pruner = torch_pruning.pruner.BasePruner(
        module,
        sample,
        importance=torch_pruning.importance.MagnitudeImportance(p=1, target_types=_ROOTS),
        pruning_ratio=ratio,
        pruning_ratio_dict=ratios,
        ignored_layers=_output_layers(graph),
        root_module_types=_ROOTS,
        # The library's defaults are dictionaries shared by all pruners of a process.
        in_channel_groups={},
        out_channel_groups={},
        channel_groups={},
        num_heads={},
    )
    pruner.step()


def _capped(ratio: float, channels: int) -> float:
    """The ratio at which floor(channels * (1 - ratio)) is still at least LEAST_CHANNELS."""
    keep = min(LEAST_CHANNELS, channels)
    return max(0.0, min(ratio, 1 - (keep + 1e-6) / channels))


def _output_layers(graph: torch_pruning.DependencyGraph) -> list[nn.Module]:
    """The layers whose channels are the model's output: back from the end to layers with weights."""
    pending = [node for node in graph.module2node.values() if not node.outputs]
    seen: set[int] = set()
    found: list[nn.Module] = []
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.module, nn.modules.conv._ConvNd | nn.Linear):
            found.append(node.module)
        else:
            pending.extend(node.inputs)
    return found
