"""Candle files to windows with what came after them."""

from dataclasses import dataclass

import numpy as np

from .candles import MINUTE_MS, CandleFile, DataError
from .features import mirrored, window_features
from .settings import HORIZONS_MINUTES, STEPS
from .targets import future_moves


@dataclass(frozen=True)
class Windows:
    """
    One row per window. Moves are log returns, [rows, horizons]; rises and falls are 0 or above. A window was seen from
    `start_ms`, is predicted at `close_ms`, and the last of its targets is known at `end_ms`.
    """

    features: np.ndarray
    returns: np.ndarray
    rises: np.ndarray
    falls: np.ndarray
    start_ms: np.ndarray
    close_ms: np.ndarray
    end_ms: np.ndarray
    symbol: np.ndarray

    def __len__(self) -> int:
        return len(self.close_ms)

    def take(self, rows: np.ndarray) -> "Windows":
        """The chosen rows, in the order given."""
        return Windows(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def mirrored(self) -> "Windows":
        """The same market upside down: what rose, falls. A model that learns from both has no habit of buying."""
        kept = (self.start_ms, self.close_ms, self.end_ms, self.symbol)
        return Windows(mirrored(self.features), -self.returns, self.falls, self.rises, *kept)


def horizon_steps(interval_minutes: int) -> tuple[int, ...]:
    """The horizons in candles. Raises DataError for an interval that does not divide them."""
    if any(minutes % interval_minutes for minutes in HORIZONS_MINUTES):
        raise DataError(f"candles of {interval_minutes} minutes do not divide the horizons {HORIZONS_MINUTES} minutes")
    return tuple(minutes // interval_minutes for minutes in HORIZONS_MINUTES)


def windows_of(files: list[CandleFile]) -> Windows:
    """Every window of the files whose candles, those of its longest horizon included, have no gap and any movement."""
    symbols = sorted({file.symbol for file in files})
    parts = [_windows_of_file(file, symbols.index(file.symbol)) for file in files]
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in Windows.__dataclass_fields__]
    result = Windows(*joined)
    return result.take(np.lexsort((result.symbol, result.close_ms)))


def _windows_of_file(file: CandleFile, symbol: int) -> Windows:
    steps = horizon_steps(file.interval_minutes)
    span = STEPS + max(steps)
    first = np.arange(max(0, len(file.values) - span))
    first = first[file.open_time_ms[first + span] - file.open_time_ms[first] == span * file.interval_ms]
    features = window_features(file.values, STEPS)[first] if len(first) else np.zeros((0, STEPS, 4), np.float32)
    # The product skips a market whose price does not move at all, so there is nothing to learn from it.
    moved = (features[:, :, :3] != 0).any(axis=(1, 2))
    first, features = first[moved], features[moved]
    last = first + STEPS
    moves = (
        [future_moves(file.values, last, count) for count in steps] if len(first) else [[np.zeros(0)] * 3] * len(steps)
    )
    returns, rises, falls = (np.stack(columns, axis=1) for columns in zip(*moves, strict=True))
    close_ms = file.open_time_ms[last] + file.interval_ms
    end_ms = close_ms + max(HORIZONS_MINUTES) * MINUTE_MS
    return Windows(
        features, returns, rises, falls, file.open_time_ms[first], close_ms, end_ms, np.full(len(first), symbol)
    )
