"""What a model says of a window, and what follows from it."""

from dataclasses import dataclass

import numpy as np

from .settings import QUANTILE_LEVELS, QUANTILE_SHARES


@dataclass(frozen=True)
class Predictions:
    """
    Log returns. Quantiles are [rows, horizons, QUANTILE_LEVELS]; rises and falls [rows, horizons, EXCURSION_LEVELS],
    both 0 or above.
    """

    quantiles: np.ndarray
    rises: np.ndarray
    falls: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """[rows, horizons]: the quantiles, each weighted by the share of the distribution that it stands for."""
        return self.quantiles @ np.array(QUANTILE_SHARES)


def joined(parts: list[Predictions]) -> Predictions:
    """One after the other."""
    return Predictions(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Predictions.__dataclass_fields__)
    )


def probability_above(quantiles: np.ndarray, value: np.ndarray | float) -> np.ndarray:
    """
    The probability that a return is above `value`, by row of quantiles [rows, QUANTILE_LEVELS]. Straight lines between
    the quantiles; outside, exponential tails through the outer two on each side.
    """
    levels = np.array(QUANTILE_LEVELS)
    value = np.broadcast_to(np.asarray(value, dtype=np.float64), quantiles.shape[:1])
    gaps = np.maximum(np.diff(quantiles, axis=1), 1e-15)
    passed = np.clip((value[:, None] - quantiles[:, :-1]) / gaps, 0, 1)
    below = levels[0] + passed @ np.diff(levels)
    steepness = np.log(levels[1] / levels[0])
    lower = levels[0] * np.exp(-np.maximum(quantiles[:, 0] - value, 0) / gaps[:, 0] * steepness)
    upper = levels[0] * np.exp(-np.maximum(value - quantiles[:, -1], 0) / gaps[:, -1] * steepness)
    below = np.where(value < quantiles[:, 0], lower, below)
    return 1 - np.where(value > quantiles[:, -1], 1 - upper, below)


def probability_beyond(quantiles: np.ndarray, cost: np.ndarray | float) -> np.ndarray:
    """The probability that a return is larger than `cost`, up or down."""
    return probability_above(quantiles, cost) + 1 - probability_above(quantiles, -np.asarray(cost))
