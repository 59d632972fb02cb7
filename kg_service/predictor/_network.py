"""Many small networks trained at once, torch only here.

Each maps [strategy vector, subject] through a multilayer perceptron and adds a bias that is a linear
function of the three scores (source design: the concatenated vector and the bias are summed).
"""

from __future__ import annotations

import math

import numpy as np

from kg_service.predictor._config import PredictorConfig

_BLOCK = 128

#: Arrays of a set of networks; the first axis is the network.
Weights = dict[str, np.ndarray]


def train_networks(
    strategies: np.ndarray,
    subjects: np.ndarray,
    scores: np.ndarray,
    goals: np.ndarray,
    weights: np.ndarray,
    config: PredictorConfig,
) -> Weights:
    """Trains one network per row of ``weights``.

    Args:
        strategies: vectors per network and result, shape (networks, results, d).
        subjects: standardised subject features, shape (results, p); 0 where unknown, masks appended.
        scores: the three scores in the same form, shape (results, q).
        goals: standardised targets, shape (results, targets); NaN is masked.
        weights: of each result in each network, shape (networks, results).

    Returns:
        Arrays of :func:`forward`, float32.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(config.seed)
    n, d, p, q, out = len(weights), strategies.shape[2], subjects.shape[1], scores.shape[1], goals.shape[1]
    h1, h2 = config.hidden
    shapes = {
        "strategy": (n, d, h1), "subject": (n, p, h1), "bias1": (n, 1, h1),
        "layer2": (n, h1, h2), "bias2": (n, 1, h2),
        "layer3": (n, h2, out), "bias3": (n, 1, out), "score": (n, q, out),
    }  # fmt: skip
    fan = {"strategy": d + p, "subject": d + p, "layer2": h1, "layer3": h2}
    net = {
        name: (torch.randn(shape, generator=generator) * math.sqrt(1.5 / fan[name]) if name in fan
               else torch.zeros(shape)).requires_grad_()
        for name, shape in shapes.items()
    }  # fmt: skip
    x1, x2 = (torch.tensor(a, dtype=torch.float32) for a in (strategies, subjects))
    bias = torch.tensor(scores, dtype=torch.float32)
    mask = torch.tensor(np.isfinite(goals), dtype=torch.float32)
    goal = torch.tensor(np.nan_to_num(goals), dtype=torch.float32)
    weight = torch.tensor(weights, dtype=torch.float32)[:, :, None] * mask
    weight = weight / weight.sum(dim=1, keepdim=True).clamp_min(1e-9)
    optimizer = torch.optim.AdamW(net.values(), lr=config.learning_rate, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.steps)
    for _ in range(config.steps):
        noisy = x2 + config.noise * torch.randn(x2.shape, generator=generator)
        hidden = torch.relu(x1 @ net["strategy"] + noisy @ net["subject"] + net["bias1"])
        hidden = torch.relu(hidden @ net["layer2"] + net["bias2"])
        value = hidden @ net["layer3"] + net["bias3"] + bias @ net["score"]
        loss = (
            torch.nn.functional.smooth_l1_loss(value, goal.expand_as(value), reduction="none") * weight
        ).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    torch.set_num_threads(threads)
    return {name: tensor.detach().numpy().copy() for name, tensor in net.items()}


def forward(net: Weights, first: np.ndarray, subject: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Predictions of every network for every strategy on one subject, numpy only.

    Args:
        first: strategy vectors times ``net["strategy"]``, shape (networks, strategies, hidden).
        subject: shape (p,). scores: shape (q,).

    Returns:
        Standardised targets, shape (networks, strategies, targets).
    """
    subject, scores = subject.astype(np.float32), scores.astype(np.float32)
    given = subject @ net["subject"][:, None] + net["bias1"]
    added = net["bias3"] + scores @ net["score"][:, None]
    # Products this small are quicker on one thread than spread over several, and BLAS decides by size.
    parts = [first[:, at : at + _BLOCK] for at in range(0, first.shape[1], _BLOCK)]
    out = []
    for part in parts:
        hidden = np.maximum(part + given, 0)
        hidden = np.maximum(hidden @ net["layer2"] + net["bias2"], 0)
        out.append(hidden @ net["layer3"] + added)
    return np.concatenate(out, axis=1)
