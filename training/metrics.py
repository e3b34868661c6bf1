"""Figures of predictions against what came. One horizon at a time: arrays are [rows] or [rows, levels]."""

import numpy as np

from .losses import pinball
from .settings import BLOCK_HOURS, EXCURSION_LEVELS, QUANTILE_LEVELS

# Orders of the shifted predictions of `rank_noise`; more change its third digit.
SHIFTS = 200


def quantile_loss(actual: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Mean pinball loss over the levels, by row."""
    return pinball(actual[:, None], quantiles, np.array(QUANTILE_LEVELS)).mean(axis=1)


def excursion_loss(
    rises: np.ndarray, falls: np.ndarray, rise_quantiles: np.ndarray, fall_quantiles: np.ndarray
) -> np.ndarray:
    """Mean pinball loss of the largest rise and the largest fall, by row."""
    levels = np.array(EXCURSION_LEVELS)
    up = pinball(rises[:, None], rise_quantiles, levels)
    return (up + pinball(falls[:, None], fall_quantiles, levels)).mean(axis=1) / 2


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0 on; equal values share the mean of theirs."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[group]


def correlation_columns(first: np.ndarray, second: np.ndarray) -> list[np.ndarray]:
    """The columns whose sums make the rank correlation; `correlation_of` makes it of them."""
    x, y = ranks(first), ranks(second)
    x, y = x - x.mean(), y - y.mean()
    return [np.ones_like(x), x, y, x * x, y * y, x * y]


def correlation_of(sums: np.ndarray) -> np.ndarray:
    """The correlation by resample, from the sums of `correlation_columns`; nan where a side never varies."""
    count, x, y, xx, yy, xy = sums
    variances = (xx - x * x / count) * (yy - y * y / count)
    return (xy - x * y / count) / np.sqrt(np.where(variances > 0, variances, np.nan))


def rank_noise(actual: np.ndarray, symbol: np.ndarray, seed: int) -> float:
    """
    The deviation of the rank correlation of a predictor that knows nothing and is as smooth as the target: the target
    itself, moved in time by hours. Rows must be in order of time.
    """
    random = np.random.default_rng(seed)
    by_symbol = [np.flatnonzero(symbol == one) for one in np.unique(symbol)]
    shortest = min(len(rows) for rows in by_symbol)
    values = ranks(actual)
    moved = np.empty_like(values)
    found = []
    least = min(BLOCK_HOURS * 60, shortest // 4)
    for shift in random.integers(least, max(least + 1, shortest - least), SHIFTS):
        for rows in by_symbol:
            moved[rows] = np.roll(values[rows], shift)
        found.append(np.corrcoef(values, moved)[0, 1])
    return float(np.std(found))


def area_under_curve(probability: np.ndarray, happened: np.ndarray) -> float:
    """The chance that what happened had been given the larger probability; nan when all or none happened."""
    positive = int(happened.sum())
    negative = len(happened) - positive
    if positive == 0 or negative == 0:
        return np.nan
    return float((ranks(probability)[happened].sum() - positive * (positive - 1) / 2) / (positive * negative))


def fifths(values: np.ndarray) -> list[np.ndarray]:
    """The rows of the smallest fifth of `values`, of the next, and so on."""
    return np.array_split(np.argsort(values, kind="stable"), 5)
