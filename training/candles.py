"""Reads candle files: CSV, optionally gzipped, with the columns timestamp_ms,open,high,low,close,volume."""

import csv
import gzip
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

COLUMNS = ["timestamp_ms", "open", "high", "low", "close", "volume"]
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
# Files that lie further apart in time are not one history: the model would be trained before the gap and tested after
# it.
HISTORY_GAP_DAYS_MAX = 7


class DataError(ValueError):
    """The candles that were given cannot be trained on; the sentence says why."""


@dataclass(frozen=True)
class CandleFile:
    """One symbol's candles, oldest first. `values` has one row per candle: open, high, low, close, volume."""

    name: str
    open_time_ms: np.ndarray
    values: np.ndarray
    interval_minutes: int

    @property
    def symbol(self) -> str:
        return re.split(r"[-_.]", self.name)[0]

    @property
    def interval_ms(self) -> int:
        return self.interval_minutes * MINUTE_MS

    @property
    def end_ms(self) -> int:
        """When the last candle closed."""
        return int(self.open_time_ms[-1]) + self.interval_ms


def read_candle_file(path: Path) -> CandleFile:
    """Reads one file. Raises DataError, naming the file and the first line at fault, when an entry cannot be."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] != COLUMNS:
        raise DataError(f"{path}: the first line must be {','.join(COLUMNS)}")
    if len(rows) < 3:
        raise DataError(f"{path}: at least two candles are needed")
    table = np.array([_numbers(path, line, row) for line, row in enumerate(rows[1:], start=2)])
    _require_possible(path, table)
    open_time_ms = table[:, 0].astype(np.int64)
    # The commonest distance: a file may have gaps, and windows across a gap are left out later.
    interval_minutes = int(np.bincount(np.diff(open_time_ms) // MINUTE_MS).argmax())
    if interval_minutes < 1 or (open_time_ms % (interval_minutes * MINUTE_MS) != 0).any():
        raise DataError(f"{path}: candles must open at whole multiples of their interval of {interval_minutes} minutes")
    return CandleFile(path.name, open_time_ms, table[:, 1:], interval_minutes)


def _numbers(path: Path, line: int, row: list[str]) -> list[float]:
    try:
        numbers = [float(entry) for entry in row]
    except ValueError:
        raise DataError(f"{path}, line {line}: {','.join(row)} is not six numbers") from None
    if len(numbers) != len(COLUMNS):
        raise DataError(f"{path}, line {line}: {len(row)} entries where {len(COLUMNS)} are expected")
    return numbers


def _require_possible(path: Path, table: np.ndarray) -> None:
    """Raises DataError for the first line that no market can have made."""
    time, opened, high, low, close, volume = table.T
    faults = [
        (~np.isfinite(table).all(axis=1), "has an entry that is not finite"),
        (low <= 0, "has a price that is not above zero"),
        ((low > np.minimum(opened, close)) | (high < np.maximum(opened, close)), "has a price outside low and high"),
        (volume < 0, "has a volume below zero"),
        (np.diff(time, prepend=-np.inf) <= 0, "does not open after the one before it"),
    ]
    for wrong, sentence in faults:
        if wrong.any():
            raise DataError(f"{path}, line {int(wrong.argmax()) + 2}: the candle {sentence}")


def read_candle_folder(folder: Path) -> dict[int, list[CandleFile]]:
    """
    Every candle file of a folder by interval in minutes, those of one history only. What is left out is named on the
    console: nothing is resampled, and nothing is trained on one history and tested on another.
    """
    paths = sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")])
    if not paths:
        raise DataError(f"{folder} holds no candle files (*.csv, *.csv.gz)")
    files = [read_candle_file(path) for path in paths]
    intervals = sorted({file.interval_minutes for file in files})
    return {
        interval: _one_history([file for file in files if file.interval_minutes == interval]) for interval in intervals
    }


def _one_history(files: list[CandleFile]) -> list[CandleFile]:
    """The files whose times touch one another, as many candles as can be; refuses a candle that two files hold."""
    histories: list[list[CandleFile]] = []
    end_ms = -np.inf
    for file in sorted(files, key=lambda one: one.open_time_ms[0]):
        if file.open_time_ms[0] > end_ms + HISTORY_GAP_DAYS_MAX * DAY_MS:
            histories.append([])
        histories[-1].append(file)
        end_ms = max(end_ms, file.end_ms)
    kept = max(histories, key=lambda history: sum(len(file.open_time_ms) for file in history))
    for file in (file for history in histories if history is not kept for file in history):
        print(f"left out {file.name}: more than {HISTORY_GAP_DAYS_MAX} days away from {kept[0].name}")
    for symbol in {file.symbol for file in kept}:
        times = np.concatenate([file.open_time_ms for file in kept if file.symbol == symbol])
        if len(np.unique(times)) < len(times):
            raise DataError(f"two files hold the same candles of {symbol}: keep one of them")
    return sorted(kept, key=lambda one: one.name)
