"""Learning: AdamW on the pinball loss, every window also upside down, until the validation part gets no better."""

import os
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from . import settings
from .anchor import base_scale
from .baselines import scaled_quantiles
from .dataset import Windows
from .losses import pinball
from .network import (
    Parameters,
    Shape,
    evaluate,
    forward,
    initial_bias,
    initial_parameters,
)
from .predictions import Predictions

# One thread, so that the same seed gives the same bits on the same machine. Read by XLA when it first computes.
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"
os.environ.setdefault("NPROC", "1")

# Rows of one prediction or validation step; the last ones are filled up, so that every step has one compiled shape.
CHUNK = 2048
FIRST_DECAY, SECOND_DECAY, ROOT_FLOOR = 0.9, 0.999, 1e-8

Batch = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


@dataclass(frozen=True)
class Fitted:
    """`epoch` 0 means that no step of training improved on the anchor times the quantiles of the training part."""

    parameters: Parameters
    shape: Shape
    epoch: int

    @property
    def weights(self) -> int:
        return sum(value.size for value in self.parameters.values())

    def predict(self, features: np.ndarray) -> Predictions:
        """Predictions of windows [rows, STEPS, features], in log returns."""
        chunks = [evaluate(self.parameters, self.shape, chunk) for chunk in _chunks(features.astype(np.float32))]
        names = Predictions.__dataclass_fields__
        stacked = (np.concatenate([np.asarray(chunk[name], dtype=np.float64) for chunk in chunks]) for name in names)
        return Predictions(*(values[: len(features)] for values in stacked))


def fit(shape: Shape, training: Windows, validation: Windows, seed: int) -> Fitted:
    """
    The parameters of the epoch with the smallest validation loss, epoch 0 included. The same data, seed and versions
    give the same bits on the same machine.
    """
    random = np.random.default_rng(seed)
    parameters = initial_parameters(shape, _start(shape, training), seed)
    moments = ({name: jnp.zeros_like(value) for name, value in parameters.items()},) * 2
    learned, judged = _batch_arrays(shape, training), _batch_arrays(shape, validation)
    best, best_loss, best_epoch, step = parameters, _mean_loss(parameters, shape, judged), 0, 0
    for epoch in range(1, settings.EPOCHS_MAX + 1):
        order = random.permutation(len(training))
        for start in range(0, len(order) - settings.BATCH + 1, settings.BATCH):
            step += 1
            batch = tuple(array[order[start : start + settings.BATCH]] for array in learned)
            key = jax.random.fold_in(jax.random.key(seed), step)
            parameters, moments = _step(parameters, moments, shape, batch, key, step)
        loss = _mean_loss(parameters, shape, judged)
        if loss < best_loss:
            best, best_loss, best_epoch = parameters, loss, epoch
        elif epoch - best_epoch >= settings.PATIENCE_EPOCHS:
            break
    return Fitted(best, shape, best_epoch)


def _start(shape: Shape, training: Windows) -> np.ndarray:
    """The head's first biases: the training part's quantiles in volatilities of the horizon."""
    one = scaled_quantiles(training, base_scale(training.features), np.ones(1))
    horizon = np.sqrt(shape.horizon_steps)[:, None]
    return initial_bias(one.quantiles[0] / horizon, one.rises[0] / horizon)


def _batch_arrays(shape: Shape, windows: Windows) -> tuple[np.ndarray, ...]:
    """Features and targets in volatilities of the horizon, cut at TARGET_LIMIT."""
    unit = base_scale(windows.features)[:, None] * np.sqrt(shape.horizon_steps)
    limit = settings.TARGET_LIMIT
    targets = (windows.returns, windows.rises, windows.falls)
    cut = (np.clip(target / unit, -limit, limit).astype(np.float32) for target in targets)
    return windows.features, *cut


def _row_losses(p: Parameters, shape: Shape, batch: Batch, key: jax.Array | None) -> jax.Array:
    features, returns, rises, falls = batch
    result = forward(p, shape, features, key)
    levels = jnp.asarray(settings.QUANTILE_LEVELS, jnp.float32)
    far = jnp.asarray(settings.EXCURSION_LEVELS, jnp.float32)
    loss = pinball(returns[:, :, None], result["quantiles"], levels).mean(axis=(1, 2))
    excursions = pinball(rises[:, :, None], result["rises"], far) + pinball(falls[:, :, None], result["falls"], far)
    return loss + settings.EXCURSION_LOSS_WEIGHT * excursions.mean(axis=(1, 2)) / 2


def _mirrored(batch: Batch) -> Batch:
    features, returns, rises, falls = batch
    columns = (-features[:, :, 0], -features[:, :, 2], -features[:, :, 1], features[:, :, 3])
    return jnp.stack(columns, axis=2), -returns, falls, rises


@partial(jax.jit, static_argnums=2)
def _step(p: Parameters, moments, shape: Shape, batch: Batch, key: jax.Array, step: int):
    """One step of AdamW (Loshchilov and Hutter, 2019) on a batch and the same batch upside down."""
    both = tuple(jnp.concatenate(pair) for pair in zip(batch, _mirrored(batch), strict=True))
    gradients = jax.grad(lambda values: _row_losses(values, shape, both, key).mean())(p)
    first = {name: FIRST_DECAY * moments[0][name] + (1 - FIRST_DECAY) * gradients[name] for name in p}
    second = {name: SECOND_DECAY * moments[1][name] + (1 - SECOND_DECAY) * gradients[name] ** 2 for name in p}
    changed = {}
    for name, value in p.items():
        mean, square = first[name] / (1 - FIRST_DECAY**step), second[name] / (1 - SECOND_DECAY**step)
        decay = settings.WEIGHT_DECAY * value if value.ndim > 1 else 0
        changed[name] = value - settings.LEARNING_RATE * (mean / (jnp.sqrt(square) + ROOT_FLOOR) + decay)
    return changed, (first, second)


@partial(jax.jit, static_argnums=1)
def _chunk_losses(p: Parameters, shape: Shape, batch: Batch) -> jax.Array:
    return _row_losses(p, shape, batch, None)


def _mean_loss(p: Parameters, shape: Shape, arrays: tuple[np.ndarray, ...]) -> float:
    """Over the windows as they came: upside down is for learning only."""
    chunks = zip(*(_chunks(array) for array in arrays), strict=True)
    losses = np.concatenate([np.asarray(_chunk_losses(p, shape, chunk)) for chunk in chunks])
    return float(losses[: len(arrays[0])].astype(np.float64).mean())


def _chunks(array: np.ndarray) -> list[np.ndarray]:
    """Equal chunks of rows; the last one is filled up with the last row."""
    missing = -len(array) % CHUNK
    filled = np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])
    return [filled[start : start + CHUNK] for start in range(0, len(filled), CHUNK)]
