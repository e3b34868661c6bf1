"""What following the forecasts would have come to. Money is not at stake here, so binary floats do."""

import numpy as np

from .dataset import Windows
from .settings import SPREAD_MIN, TAKER_FEE


def round_trip_costs(training: Windows) -> dict[int, float]:
    """
    What a trade costs by symbol, as a share of its value: two taker fees and the spread. Roll's estimate takes the
    spread from how last prices jump back and forth; what a model earns by predicting those jumps, no order can collect.
    """
    costs = {}
    for symbol in np.unique(training.symbol):
        returns = training.features[training.symbol == symbol, -1, 0].astype(np.float64)
        jumping_back = max(0.0, -float(np.cov(returns[1:], returns[:-1])[0, 1]))
        costs[int(symbol)] = 2 * TAKER_FEE + max(SPREAD_MIN, 2 * np.sqrt(jumping_back))
    return costs


def one_at_a_time(windows: Windows, wanted: np.ndarray, horizon_ms: int) -> np.ndarray:
    """
    The rows that open a position: those wanted, in order of time, while none of the same symbol is open. Each is held
    for the horizon.
    """
    free_at_ms: dict[int, int] = {}
    opened = []
    for row in np.flatnonzero(wanted):
        now_ms, symbol = int(windows.close_ms[row]), int(windows.symbol[row])
        if now_ms >= free_at_ms.get(symbol, 0):
            free_at_ms[symbol] = now_ms + horizon_ms
            opened.append(row)
    return np.array(opened, dtype=np.int64)
