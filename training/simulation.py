"""Made-up candles: a seeded random walk. To prove that nothing is found where nothing is, and for test vectors."""

import numpy as np

from .candles import MINUTE_MS, CandleFile

# Price moves inside one candle; enough for highs and lows to differ from open and close.
MOVES_PER_CANDLE = 12


def simulated_candles(random: np.random.Generator, count: int, volatility: float, first_price: float) -> np.ndarray:
    """
    `count` candles [count, 5] (open, high, low, close, volume), prices and volumes rounded to six places.

    volatility: deviation of one candle's log return, 0.001 is 0.1 %.
    """
    moves = random.normal(0, volatility / np.sqrt(MOVES_PER_CANDLE), count * MOVES_PER_CANDLE)
    path = first_price * np.exp(np.concatenate([[0.0], np.cumsum(moves)]))
    inside = path[:-1].reshape(count, MOVES_PER_CANDLE)
    close = path[MOVES_PER_CANDLE::MOVES_PER_CANDLE]
    high = np.maximum(inside.max(axis=1), close)
    low = np.minimum(inside.min(axis=1), close)
    volume = np.exp(random.normal(1.0, 0.8, count))
    return np.round(np.stack([inside[:, 0], high, low, close, volume], axis=1), 6)


def random_walk(count: int, interval_minutes: int, volatility: float, seed: int) -> CandleFile:
    """A market in which nothing can be predicted: returns are independent and their volatility never changes."""
    values = simulated_candles(np.random.default_rng(seed), count, volatility, 20_000.0)
    times = 1_700_000_100_000 + np.arange(count, dtype=np.int64) * interval_minutes * MINUTE_MS
    return CandleFile("WALK.csv", times, values, interval_minutes)
