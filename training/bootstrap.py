"""Intervals for figures of overlapping windows: whole blocks of hours are drawn again, round the clock of the test "
"time."""

from collections.abc import Callable

import numpy as np

from .candles import DataError
from .settings import BLOCK_HOURS, INTERVAL_LEVEL, RESAMPLE_SEED, RESAMPLES

HOUR_MS = 3_600_000


class HourBlocks:
    """
    Circular block bootstrap over the hours of a test. The same draws serve every figure, so that differences are
    paired.

    close_ms: when each row was predicted.
    """

    def __init__(self, close_ms: np.ndarray) -> None:
        hours, self._hour_of_row = np.unique(close_ms // HOUR_MS, return_inverse=True)
        self._hours = len(hours)
        if self._hours < 2 * BLOCK_HOURS:
            raise DataError(
                f"{self._hours} hours of tests are too few for blocks of {BLOCK_HOURS} hours: give more candles in "
                "one history"
            )
        count = -(-self._hours // BLOCK_HOURS)
        self._starts = np.random.default_rng(RESAMPLE_SEED).integers(0, self._hours, (RESAMPLES, count))

    def interval(
        self, statistic: Callable[[np.ndarray], np.ndarray], *columns: np.ndarray
    ) -> tuple[float, float, float]:
        """
        A figure with its interval: (value, low, high). `statistic` makes it of the columns' sums over the rows, given
        as [columns, resamples]; a column has one number per row.
        """
        sums = np.stack([np.bincount(self._hour_of_row, column, self._hours) for column in columns])
        doubled = np.concatenate([sums, sums[:, :BLOCK_HOURS]], axis=1)
        running = np.concatenate([np.zeros((len(sums), 1)), np.cumsum(doubled, axis=1)], axis=1)
        blocks = running[:, BLOCK_HOURS : BLOCK_HOURS + self._hours] - running[:, : self._hours]
        drawn = blocks[:, self._starts].sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = statistic(sums.sum(axis=1, keepdims=True))[0]
            resampled = statistic(drawn)
        tail = (1 - INTERVAL_LEVEL) / 2
        if not np.isfinite(resampled).all():
            return float(value), np.nan, np.nan
        return (float(value), *(float(edge) for edge in np.quantile(resampled, [tail, 1 - tail])))
