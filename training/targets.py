"""What came after a window: the return of each horizon, and how far the price rose and fell on the way."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def future_moves(values: np.ndarray, last: np.ndarray, horizon_steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Log return over the next `horizon_steps` candles, largest rise and largest fall within them, all from the close of
    the candles `last`. Rise and fall are 0 or above: a price that never rose has no rise.

    values: open, high, low, close, volume per row; every index in `last` must leave that many candles after it.
    """
    high, low, close = values[:, 1], values[:, 2], values[:, 3]
    highest = sliding_window_view(high, horizon_steps).max(axis=1)[last + 1]
    lowest = sliding_window_view(low, horizon_steps).min(axis=1)[last + 1]
    now = close[last]
    returns = np.log(close[last + horizon_steps] / now)
    return returns, np.maximum(np.log(highest / now), 0), np.maximum(np.log(now / lowest), 0)
