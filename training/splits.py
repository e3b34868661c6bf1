"""Who trains on what: in order of time, with nothing shared between training and test."""

from dataclasses import dataclass

import numpy as np

from .candles import MINUTE_MS, DataError
from .dataset import Windows
from .settings import EMBARGO_MINUTES, FIRST_TRAINING_SEGMENTS, FOLDS, VALIDATION_SHARE

# A fold with fewer says nothing.
PART_WINDOWS_MIN = 200


class LeakageError(Exception):
    """A test would be answered from memory: candles of its windows were trained on."""


@dataclass(frozen=True)
class Split:
    """Rows of the windows: to learn from, to decide when to stop, to judge."""

    training: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def walk_forward(windows: Windows) -> list[Split]:
    """
    One split per fold: the training part begins at the start and grows by what was tested before. Training windows
    whose targets reach into the window of a test, or the embargo before it, are left out.

    Raises DataError when the candles do not fill a fold.
    """
    start, end = _range(windows)
    edges = np.linspace(start, end, FIRST_TRAINING_SEGMENTS + FOLDS + 1)[FIRST_TRAINING_SEGMENTS:]
    splits = []
    for fold, (begin, until) in enumerate(zip(edges[:-1], edges[1:], strict=True), start=1):
        test = np.flatnonzero((windows.close_ms >= begin) & (windows.close_ms < until))
        split = Split(*_fit_parts(windows, begin), test)
        for name in Split.__dataclass_fields__:
            count = len(getattr(split, name))
            if count < PART_WINDOWS_MIN:
                raise DataError(
                    f"fold {fold} has {count} {name} windows of {PART_WINDOWS_MIN} needed: give more candles in one "
                    "history"
                )
        splits.append(split)
    return splits


def final_split(windows: Windows) -> Split:
    """For the model that is shipped: everything is trained on, but for the part that decides when to stop."""
    return Split(*_fit_parts(windows, np.inf), np.zeros(0, dtype=np.int64))


def _range(windows: Windows) -> tuple[int, int]:
    if len(windows) == 0:
        raise DataError("the candles give no window without a gap")
    return int(windows.close_ms.min()), int(windows.close_ms.max()) + 1


def _fit_parts(windows: Windows, until_ms: float) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation rows before a time, purged at it and between one another."""
    history_ms = int((windows.close_ms - windows.start_ms).max())
    known = np.flatnonzero(windows.end_ms <= until_ms - history_ms - EMBARGO_MINUTES * MINUTE_MS)
    if len(known) == 0:
        return known, known
    first, last = windows.close_ms[known].min(), windows.close_ms[known].max()
    edge = first + (1 - VALIDATION_SHARE) * (last - first)
    return known[windows.end_ms[known] <= edge - history_ms], known[windows.close_ms[known] >= edge]


def require_no_shared_candles(windows: Windows, training: np.ndarray, test: np.ndarray) -> None:
    """
    Raises LeakageError when a candle of a test, its window or its targets, is one of a training window or its targets.
    Symbols count together: they move together.
    """
    starts, ends = np.sort(windows.start_ms[training]), np.sort(windows.end_ms[training])
    begun = np.searchsorted(starts, windows.end_ms[test], side="left")
    over = np.searchsorted(ends, windows.start_ms[test], side="right")
    leaking = int((begun > over).sum())
    if leaking:
        raise LeakageError(
            f"{leaking} of {len(test)} test windows share candles with training windows: split by time, and leave "
            "out the windows between"
        )
