"""
Candles to windows of features. src/inference/features.ts computes the same numbers when the model runs; the test
vectors that train.py writes hold the two together.
"""

import numpy as np

FEATURES = ["log_return", "high_log_return", "low_log_return", "relative_volume"]


def window_features(values: np.ndarray) -> np.ndarray:
    """
    One window of features from steps + 1 consecutive candles, oldest first: the first candle only gives the previous
    close. `values` holds open, high, low, close, volume per row; the result is [steps, len(FEATURES)], float32.
    """
    high, low, close, volume = (values[1:, column] for column in (1, 2, 3, 4))
    previous_close = values[:-1, 3]
    mean_volume = volume.mean()
    relative_volume = np.log1p(volume / mean_volume) if mean_volume > 0 else np.zeros_like(volume)
    columns = [np.log(close / previous_close), np.log(high / close), np.log(low / close), relative_volume]
    return np.stack(columns, axis=1).astype(np.float32)


def mirrored(windows: np.ndarray) -> np.ndarray:
    """The same windows with the price turned upside down (1 / price): returns change sign, highs and lows swap."""
    result = windows.copy()
    result[:, :, 0] = -windows[:, :, 0]
    result[:, :, 1] = -windows[:, :, 2]
    result[:, :, 2] = -windows[:, :, 1]
    return result


def windows_and_returns(
    open_time_ms: np.ndarray, values: np.ndarray, interval_ms: int, steps: int, horizon_steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Every gap-free window of a file with the log return over the horizon after it.

    Returns the windows [count, steps, features], the returns [count], and each window's close time in ms.
    """
    windows, returns, close_times_ms = [], [], []
    span = steps + horizon_steps
    for first in range(len(values) - span):
        if open_time_ms[first + span] - open_time_ms[first] != span * interval_ms:
            continue
        last = first + steps
        windows.append(window_features(values[first : last + 1]))
        returns.append(np.log(values[last + horizon_steps, 3] / values[last, 3]))
        close_times_ms.append(open_time_ms[last] + interval_ms)
    return np.array(windows, dtype=np.float32), np.array(returns), np.array(close_times_ms)
