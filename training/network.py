"""
The network in JAX: a volatility anchor, what the last candles' volatility and volume were against it, and, unless the
head stands alone, patches of the window through a small transformer in the manner of PatchTST. Everything is measured
in volatilities of the horizon; `Shape` and the constants of `anchor` are shared with `onnx_export`.

Shapes: B windows, S steps, N patches, D width, H horizons.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from . import settings
from .anchor import EWMA_WEIGHTS, MEANS, RANGE_TO_VARIANCE, RECENT_SUMS
from .features import FEATURES

Parameters = dict[str, jax.Array]
Key = jax.Array | None

NORM_FLOOR = 1e-5
CONTEXT_VALUES = 3 * len(settings.CONTEXT_CANDLES) + len(settings.RECENT_CANDLES)
QUANTILES = len(settings.QUANTILE_LEVELS)
MIDDLE = QUANTILES // 2
EXCURSIONS = len(settings.EXCURSION_LEVELS)
# Per horizon: a log scale, the median, the gaps between quantiles from the lowest to the highest, then the smallest
# rise and what the next levels add to it, and the same for falls.
HEAD_VALUES = 1 + QUANTILES + 2 * EXCURSIONS
PATCHES = (settings.STEPS - settings.PATCH_STEPS) // settings.PATCH_STRIDE + 1
PATCH_ROWS = np.arange(PATCHES)[:, None] * settings.PATCH_STRIDE + np.arange(settings.PATCH_STEPS)


def _quantile_matrix() -> np.ndarray:
    """[QUANTILES, QUANTILES]: from the median and the gaps to the quantiles."""
    matrix = np.zeros((QUANTILES, QUANTILES))
    matrix[0] = 1
    for level in range(MIDDLE):
        matrix[1 + level : 1 + MIDDLE, level] = -1
    for level in range(MIDDLE + 1, QUANTILES):
        matrix[1 + MIDDLE : 1 + level, level] = 1
    return matrix


QUANTILE_MATRIX = _quantile_matrix()
# [EXCURSIONS, EXCURSIONS]: each level adds to the one below.
EXCURSION_MATRIX = np.triu(np.ones((EXCURSIONS, EXCURSIONS)))


@dataclass(frozen=True)
class Shape:
    """`patched` is the whole network; without it the head stands alone."""

    horizon_steps: tuple[int, ...]
    patched: bool

    @property
    def outputs(self) -> int:
        return len(self.horizon_steps) * HEAD_VALUES

    @property
    def head_inputs(self) -> int:
        return CONTEXT_VALUES + (PATCHES * settings.WIDTH if self.patched else 0)


def initial_parameters(shape: Shape, bias: np.ndarray, seed: int) -> Parameters:
    """
    Random patches, a head of zeros: training starts as the anchor times the quantiles that `bias` [H, HEAD_VALUES]
    stands for.
    """
    random = np.random.default_rng(seed)

    def dense(rows: int, columns: int) -> np.ndarray:
        return random.normal(0, 1 / np.sqrt(rows), (rows, columns))

    width, hidden = settings.WIDTH, settings.HIDDEN
    values = {"head": np.zeros((shape.head_inputs, shape.outputs)), "head_bias": bias.ravel()}
    if shape.patched:
        values["patch"] = dense(settings.PATCH_STEPS * len(FEATURES), width)
        values["position"] = random.normal(0, 0.02, (PATCHES, width))
        for block in range(settings.BLOCKS):
            for name in ("query", "key", "value", "mix"):
                values[f"{name}_{block}"] = dense(width, width)
            values |= {f"hidden_{block}": dense(width, hidden), f"hidden_bias_{block}": np.zeros(hidden)}
            values |= {f"out_{block}": dense(hidden, width), f"out_bias_{block}": np.zeros(width)}
            for norm in ("attention", "feed"):
                values |= {f"{norm}_gain_{block}": np.ones(width), f"{norm}_shift_{block}": np.zeros(width)}
    return {name: jnp.asarray(value, jnp.float32) for name, value in values.items()}


def initial_bias(quantiles: np.ndarray, excursions: np.ndarray) -> np.ndarray:
    """
    The head's biases [H, HEAD_VALUES] that give these quantiles [H, QUANTILES] and excursions [H, EXCURSIONS], both in
    volatilities of the horizon.
    """

    def unsoftplus(values: np.ndarray) -> np.ndarray:
        return np.log(np.expm1(np.maximum(values, 1e-3)))

    gaps = unsoftplus(np.diff(quantiles, axis=1))
    steps = unsoftplus(np.diff(excursions, axis=1, prepend=0))
    start = np.zeros((len(quantiles), 1))
    return np.concatenate([start, quantiles[:, MIDDLE : MIDDLE + 1], gaps, steps, steps], axis=1)


def anchor_and_context(features: jax.Array) -> tuple[jax.Array, jax.Array]:
    """One candle's expected deviation [B, 1], and what the head knows besides [B, CONTEXT_VALUES]."""
    returns, volume = features[:, :, 0], features[:, :, 3]
    squares = returns * returns
    span = features[:, :, 1] - features[:, :, 2]
    ranges = span * span * np.float32(RANGE_TO_VARIANCE)
    weights = jnp.asarray(EWMA_WEIGHTS[:, None] / 2, jnp.float32)
    means, sums = jnp.asarray(MEANS, jnp.float32), jnp.asarray(RECENT_SUMS, jnp.float32)
    variance = (squares + ranges) @ weights + np.float32(settings.VARIANCE_FLOOR)
    scale = jnp.sqrt(variance)
    floor = np.float32(settings.RATIO_FLOOR)
    ratios = [jnp.log(kind @ means / variance + floor) for kind in (squares, ranges)]
    recent = jnp.clip(returns @ sums / scale, -settings.FEATURE_LIMIT, settings.FEATURE_LIMIT)
    return scale, jnp.concatenate([*ratios, volume @ means, recent], axis=1)


def forward(p: Parameters, shape: Shape, features: jax.Array, key: Key = None) -> dict[str, jax.Array]:
    """
    Quantiles, rises and falls in volatilities of the horizon, and `scale` [B, 1]. With a `key` some values are dropped,
    as in training.
    """
    scale, context = anchor_and_context(features)
    inputs = context
    if shape.patched:
        inputs = jnp.concatenate([context, _transform(p, features, key)], axis=1)
    values = (inputs @ p["head"] + p["head_bias"]).reshape(-1, len(shape.horizon_steps), HEAD_VALUES)
    limit = settings.LOG_SCALE_LIMIT
    widened = jnp.exp(jnp.clip(values[:, :, :1], -limit, limit))
    gaps = jax.nn.softplus(values[:, :, 2:])
    centred = jnp.concatenate([values[:, :, 1:2], gaps[:, :, : QUANTILES - 1]], axis=2)
    rise_steps = gaps[:, :, QUANTILES - 1 : QUANTILES - 1 + EXCURSIONS]
    fall_steps = gaps[:, :, QUANTILES - 1 + EXCURSIONS :]
    excursion_matrix = jnp.asarray(EXCURSION_MATRIX, jnp.float32)
    return {
        "scale": scale,
        "quantiles": widened * (centred @ jnp.asarray(QUANTILE_MATRIX, jnp.float32)),
        "rises": widened * (rise_steps @ excursion_matrix),
        "falls": widened * (fall_steps @ excursion_matrix),
    }


@partial(jax.jit, static_argnums=1)
def evaluate(p: Parameters, shape: Shape, features: jax.Array) -> dict[str, jax.Array]:
    """The outputs in log returns, as the exported graph gives them."""
    result = forward(p, shape, features)
    unit = (result["scale"] * jnp.asarray(np.sqrt(shape.horizon_steps), jnp.float32))[:, :, None]
    return {"scale": result["scale"][:, 0]} | {name: result[name] * unit for name in ("quantiles", "rises", "falls")}


def _transform(p: Parameters, features: jax.Array, key: Key) -> jax.Array:
    """The patches after the transformer, one after the other [B, N * D]."""
    keys = [None] * (2 * settings.BLOCKS + 2) if key is None else list(jax.random.split(key, 2 * settings.BLOCKS + 2))
    centred = features - features.mean(axis=1, keepdims=True)
    deviation = jnp.sqrt((centred * centred).mean(axis=1, keepdims=True) + np.float32(settings.VARIANCE_FLOOR))
    normalised = jnp.clip(centred / deviation, -settings.FEATURE_LIMIT, settings.FEATURE_LIMIT)
    patches = normalised[:, PATCH_ROWS.ravel()].reshape(-1, PATCHES, settings.PATCH_STEPS * len(FEATURES))
    state = _dropped(patches @ p["patch"] + p["position"], keys[0])
    for block in range(settings.BLOCKS):
        state = state + _dropped(_attend(p, block, state), keys[1 + 2 * block])
        state = state + _dropped(_feed(p, block, state), keys[2 + 2 * block])
    return _dropped(state.reshape(len(features), -1), keys[-1])


def _attend(p: Parameters, block: int, state: jax.Array) -> jax.Array:
    normal = _layer_norm(state, p[f"attention_gain_{block}"], p[f"attention_shift_{block}"])

    def heads(name: str) -> jax.Array:
        values = normal @ p[f"{name}_{block}"]
        return values.reshape(-1, PATCHES, settings.HEADS, settings.WIDTH // settings.HEADS).transpose(0, 2, 1, 3)

    logits = heads("query") @ heads("key").transpose(0, 1, 3, 2)
    attention = jax.nn.softmax(logits * np.float32(1 / np.sqrt(settings.WIDTH // settings.HEADS)), axis=3)
    joined = (attention @ heads("value")).transpose(0, 2, 1, 3).reshape(state.shape)
    return joined @ p[f"mix_{block}"]


def _feed(p: Parameters, block: int, state: jax.Array) -> jax.Array:
    normal = _layer_norm(state, p[f"feed_gain_{block}"], p[f"feed_shift_{block}"])
    hidden = jax.nn.gelu(normal @ p[f"hidden_{block}"] + p[f"hidden_bias_{block}"], approximate=False)
    return hidden @ p[f"out_{block}"] + p[f"out_bias_{block}"]


def _layer_norm(values: jax.Array, gain: jax.Array, shift: jax.Array) -> jax.Array:
    centred = values - values.mean(axis=2, keepdims=True)
    return centred / jnp.sqrt((centred * centred).mean(axis=2, keepdims=True) + np.float32(NORM_FLOOR)) * gain + shift


def _dropped(values: jax.Array, key: Key) -> jax.Array:
    if key is None:
        return values
    kept = jax.random.bernoulli(key, 1 - settings.DROPOUT, values.shape)
    return jnp.where(kept, values / (1 - settings.DROPOUT), 0)
