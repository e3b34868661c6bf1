"""Made-up candles with the features and outputs that the product must compute from them."""

import json
import re
from pathlib import Path

import numpy as np

from .anchor import base_scale
from .candles import MINUTE_MS
from .features import window_features
from .parity import named_outputs
from .predictions import probability_above
from .settings import HORIZONS_MINUTES, STEPS
from .simulation import simulated_candles
from .training_loop import Fitted

MARKETS = [("AAAUSDT", 0.0006, 25_000.0), ("BBBUSDT", 0.0012, 1.7), ("CCCUSDT", 0.004, 90.0)]
FIRST_OPEN_MS = 1_700_000_100_000
# The costs at which the vectors say how likely a net gain is.
COST = 0.0013
# The market of the test window inside the file.
TEST_MARKET = ("TEST", 0.001, 100.0)


def made_up_window(random: np.random.Generator, volatility: float, price: float) -> tuple[np.ndarray, np.ndarray]:
    """Candles [STEPS + 1, 5], and their one window [1, STEPS, features]."""
    candles = simulated_candles(random, STEPS + 1, volatility, price)
    return candles, window_features(candles, STEPS)


def outputs_of(fitted: Fitted, features: np.ndarray) -> dict[str, np.ndarray]:
    """The network's outputs under the names that the file gives them."""
    return named_outputs(fitted.predict(features), base_scale(features))


def vectors(fitted: Fitted, interval_minutes: int, seed: int) -> dict[str, object]:
    """One per market of MARKETS; the same seed makes the same candles."""
    random = np.random.default_rng(seed)
    found = []
    for symbol, volatility, price in MARKETS:
        candles, features = made_up_window(random, volatility, price)
        times = FIRST_OPEN_MS + np.arange(STEPS + 1) * interval_minutes * MINUTE_MS
        rows = [[str(time), *(f"{value:.6f}" for value in row)] for time, row in zip(times, candles, strict=True)]
        outputs = outputs_of(fitted, features)
        found.append(
            {
                "symbol": symbol,
                "candles": rows,
                "features": _digits(features),
                "outputs": {name: _digits(values[0]) for name, values in outputs.items()},
                "netGain": {f"{minutes}m": _net_gain(outputs[f"quantiles_{minutes}m"]) for minutes in HORIZONS_MINUTES},
            }
        )
    return {
        "madeBy": "training/vectors.py",
        "columns": "openTimeMs, open, high, low, close, volume",
        "cost": COST,
        "vectors": found,
    }


def _net_gain(quantiles: np.ndarray) -> dict[str, float]:
    """The chance that a trade earns more than COST, by side."""
    buy, sell = probability_above(quantiles, COST), 1 - probability_above(quantiles, -COST)
    return {"BUY": float(f"{buy[0]:.9g}"), "SELL": float(f"{sell[0]:.9g}")}


def _digits(values: np.ndarray) -> list[float]:
    return [float(f"{value:.9g}") for value in np.ravel(values)]


def write_json(path: Path, content: object) -> None:
    """Indented, but rows of numbers on one line each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=2, allow_nan=False)
    path.write_text(re.sub(r"\[[^\[\]{}]*\]", lambda row: " ".join(row.group().split()), text) + "\n")
