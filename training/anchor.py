"""
The volatility that every prediction is measured in. The graph computes it from the window itself, so that one model
serves every price and every volatility; the same constants are used by the network, its graph and the references.
"""

import numpy as np

from .settings import CONTEXT_CANDLES, EWMA_DECAY, RECENT_CANDLES, STEPS, VARIANCE_FLOOR

# Parkinson: the squared range of a random walk is 4 ln 2 times its variance.
RANGE_TO_VARIANCE = 1 / (4 * np.log(2))


def _ewma_weights() -> np.ndarray:
    weights = EWMA_DECAY ** np.arange(STEPS - 1, -1, -1.0)
    return weights / weights.sum()


def _last_candles(counts: tuple[int, ...], exponent: float) -> np.ndarray:
    """[STEPS, counts]: multiplied by a window, the sum over its last candles divided by their number to `exponent`."""
    age = np.arange(STEPS - 1, -1, -1)
    return np.stack([(age < count) / count**exponent for count in counts], axis=1)


EWMA_WEIGHTS = _ewma_weights()
MEANS = _last_candles(CONTEXT_CANDLES, 1.0)
RECENT_SUMS = _last_candles(RECENT_CANDLES, 0.5)


def base_scale(features: np.ndarray) -> np.ndarray:
    """The expected deviation of one candle's log return, by window: from returns and ranges alike."""
    values = features.astype(np.float64)
    squares = values[:, :, 0] ** 2
    ranges = (values[:, :, 1] - values[:, :, 2]) ** 2 * RANGE_TO_VARIANCE
    return np.sqrt((squares + ranges) @ (EWMA_WEIGHTS / 2) + VARIANCE_FLOOR)


def close_scale(features: np.ndarray) -> np.ndarray:
    """The same from closing prices alone: the reference that is called EWMA."""
    return np.sqrt(features[:, :, 0].astype(np.float64) ** 2 @ EWMA_WEIGHTS + VARIANCE_FLOOR)
