"""Reads candle files: CSV, optionally gzipped, with the columns timestamp_ms,open,high,low,close,volume."""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

COLUMNS = ["timestamp_ms", "open", "high", "low", "close", "volume"]
MINUTE_MS = 60_000


@dataclass(frozen=True)
class CandleFile:
    """One symbol's candles, oldest first. `values` has one row per candle: open, high, low, close, volume."""

    name: str
    open_time_ms: np.ndarray
    values: np.ndarray
    interval_minutes: int


def read_candle_file(path: Path) -> CandleFile:
    """Reads one file. Raises ValueError, naming the file, when its layout or an entry is not as expected."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] != COLUMNS:
        raise ValueError(f"{path}: the first line must be {','.join(COLUMNS)}")
    table = np.array(rows[1:], dtype=np.float64)
    if len(table) < 2:
        raise ValueError(f"{path}: at least two candles are needed")
    if not np.isfinite(table).all() or (table[:, 1:5] <= 0).any() or (table[:, 5] < 0).any():
        raise ValueError(f"{path}: prices must be above zero and volumes not below zero")
    open_time_ms = table[:, 0].astype(np.int64)
    steps_ms = np.diff(open_time_ms)
    if (steps_ms <= 0).any():
        raise ValueError(f"{path}: candles must be oldest first, each time once")
    # The commonest distance: a file may have gaps, and windows across a gap are left out later.
    interval_minutes = int(np.bincount(steps_ms // MINUTE_MS).argmax())
    return CandleFile(path.name, open_time_ms, table[:, 1:], interval_minutes)


def read_candle_folder(folder: Path, interval_minutes: int) -> list[CandleFile]:
    """
    Reads every candle file of the wanted interval. Files of other intervals are skipped and named on the console:
    they are not resampled, because finer candles cannot be made from coarser ones.
    """
    files = []
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")]):
        file = read_candle_file(path)
        if file.interval_minutes == interval_minutes:
            files.append(file)
        else:
            print(f"skipped {path.name}: {file.interval_minutes}-minute candles, {interval_minutes}-minute wanted")
    if not files:
        raise ValueError(f"{folder} holds no file of {interval_minutes}-minute candles (*.csv, *.csv.gz)")
    return files
