"""
Candles to windows of features. src/inference/features.ts computes the same numbers when the model runs; the test
vectors that a run writes hold the two together.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

FEATURES = ["log_return", "high_log_return", "low_log_return", "relative_volume"]


def window_features(values: np.ndarray, steps: int) -> np.ndarray:
    """
    Every window of `steps` features in consecutive candles, oldest first: window i uses candles i to i + steps, of
    which the first only gives the previous close. `values` holds open, high, low, close, volume per row; the result is
    [len(values) - steps, steps, len(FEATURES)], float32.
    """
    high, low, close, volume = (values[1:, column] for column in (1, 2, 3, 4))
    volumes = sliding_window_view(volume, steps)
    mean_volume = volumes.mean(axis=1, keepdims=True)
    traded = mean_volume > 0
    relative_volume = np.where(traded, np.log1p(volumes / np.where(traded, mean_volume, 1)), 0)
    columns = [np.log(close / values[:-1, 3]), np.log(high / close), np.log(low / close)]
    windows = [sliding_window_view(column, steps) for column in columns]
    return np.stack([*windows, relative_volume], axis=2).astype(np.float32)


def mirrored(windows: np.ndarray) -> np.ndarray:
    """The same windows with the price turned upside down (1 / price): returns change sign, highs and lows swap."""
    log_return, high, low, volume = (windows[:, :, column] for column in range(4))
    return np.stack([-log_return, -low, -high, volume], axis=2)
