"""
Whether a new model takes the place of the one that serves: on candles that neither has learned from, it has to be better
beyond noise. The rule stands here before any result does.
"""

from dataclasses import replace

import numpy as np

from .bootstrap import HourBlocks
from .candles import DAY_MS, MINUTE_MS, CandleFile
from .dataset import Windows, windows_of
from .evaluation import Figure
from .metrics import excursion_loss, quantile_loss
from .predictions import Predictions
from .settings import CONTEST_DAYS_MAX, CONTEST_DAYS_MIN, EMBARGO_MINUTES, EXCURSION_LOSS_WEIGHT, HORIZONS_MINUTES

RULE = (
    "The new model learns from candles that closed before the test, is walked forward and chosen among them, and wins if its "
    "loss (returns and excursions as in training) on the test is below the other's: mean relative gain over the horizons, the "
    "whole interval above zero. The test is the newest part of what closed after the end of the other's data."
)


class NothingNewError(ValueError):
    """Too little has closed since the other model was made; the sentence says how much."""


def split_off(files: list[CandleFile], known_until_ms: int) -> tuple[list[CandleFile], Windows]:
    """
    The candles to learn from, and the windows of the test: no candle is in both, and the other model's data end before
    the first of them.

    known_until_ms: until when the other model's data go. Raises NothingNewError when too little follows.
    """
    end_ms = max(file.end_ms for file in files)
    begin_ms = max(known_until_ms + EMBARGO_MINUTES * MINUTE_MS, end_ms - CONTEST_DAYS_MAX * DAY_MS)
    days = max(0.0, (end_ms - begin_ms) / DAY_MS)
    if days < CONTEST_DAYS_MIN:
        raise NothingNewError(
            f"{days:.1f} days of candles have closed since the other model's data; {CONTEST_DAYS_MIN} are needed for a test"
        )
    learned = [_before(file, begin_ms - EMBARGO_MINUTES * MINUTE_MS) for file in files]
    windows = windows_of(files)
    return [file for file in learned if len(file.values)], windows.take(np.flatnonzero(windows.start_ms >= begin_ms))


def gain_over(test: Windows, new: Predictions, other: Predictions) -> Figure:
    """The new model's mean relative gain over the other one."""
    columns = [
        _loss(test, predictions, horizon) for horizon in range(len(HORIZONS_MINUTES)) for predictions in (new, other)
    ]

    def mean_gain(sums: np.ndarray) -> np.ndarray:
        return (1 - sums[0::2] / sums[1::2]).mean(axis=0)

    return Figure(*HourBlocks(test.close_ms).interval(mean_gain, *columns))


def _before(file: CandleFile, until_ms: int) -> CandleFile:
    count = int(np.searchsorted(file.open_time_ms + file.interval_ms, until_ms, side="right"))
    return replace(file, open_time_ms=file.open_time_ms[:count], values=file.values[:count])


def _loss(test: Windows, predictions: Predictions, horizon: int) -> np.ndarray:
    returns = quantile_loss(test.returns[:, horizon], predictions.quantiles[:, horizon])
    moves = (test.rises[:, horizon], test.falls[:, horizon])
    excursions = excursion_loss(*moves, predictions.rises[:, horizon], predictions.falls[:, horizon])
    return returns + EXCURSION_LOSS_WEIGHT * excursions
