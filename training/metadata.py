"""
What the file says of itself: three entries of text, so that it can be checked before any of it is run. `README.md`
lists them.
"""

import json
from datetime import UTC, datetime

import numpy as np

from .anchor import base_scale
from .baselines import UPPER_LEVELS, ewma_reference
from .candles import CandleFile
from .dataset import Windows, horizon_steps
from .features import FEATURES
from .onnx_export import INPUT_NAME, SCALE_NAME
from .settings import EXCURSION_LEVELS, HORIZONS_MINUTES, QUANTILE_LEVELS, STEPS

CONTRACT_KEY = "oncefill.contract"
TEST_WINDOW_KEY = "oncefill.test_window"
TRAINING_KEY = "oncefill.training"
CONTRACT_VERSION = 1
VERSION = "2.0.0"
# Beyond all but this share of the training windows on either side, the model was hardly ever.
RANGE_TAIL = 0.001
USE = "Use it for stop distances and sizes, and do not trade its mean for profit."
FAMILIES = {True: "PatchTST with a volatility anchor", False: "volatility anchor with a linear head"}


def note(found: dict[str, str]) -> str:
    """An honest word about what the model can do, after what its test found."""
    if found["pays"] == "none":
        lesson = "out of sample no direction was found that pays what a trade costs"
    else:
        lesson = "a rule earned its costs in a test of few days, which is no promise"
    return f"Predicts how far prices may move, not where to: {lesson}. {USE}"


def instant(time_ms: int) -> str:
    """UTC, to the minute."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def contract(
    name: str,
    patched: bool,
    files: list[CandleFile],
    windows: Windows,
    minimum_return: float,
    found: dict[str, str],
) -> dict[str, object]:
    """What a program checks before it runs the model, and what it may rely on."""
    return {
        "contractVersion": CONTRACT_VERSION,
        "name": name,
        "version": VERSION,
        "family": FAMILIES[patched],
        "input": {
            "name": INPUT_NAME,
            "shape": ["batch", STEPS, len(FEATURES)],
            "features": FEATURES,
            "candleIntervalMinutes": files[0].interval_minutes,
            "candlesNeeded": STEPS + 1,
        },
        "outputs": _outputs(),
        "suggestedMinimumReturn": np.format_float_positional(minimum_return, trim="-"),
        "trainedOn": [
            {
                "symbol": file.symbol,
                "from": instant(int(file.open_time_ms[0])),
                "to": instant(file.end_ms),
                "candles": len(file.open_time_ms),
            }
            for file in files
        ],
        "endOfData": instant(max(file.end_ms for file in files)),
        "trainingRanges": training_ranges(windows),
        "ewmaQuantiles": _ewma_quantiles(windows, files[0].interval_minutes),
        "note": note(found),
    }


def _outputs() -> list[dict[str, object]]:
    unit = {"unit": "log return"}
    outputs: list[dict[str, object]] = [{"name": SCALE_NAME, "kind": "scale", **unit}]
    for minutes in HORIZONS_MINUTES:
        of = {"horizonMinutes": minutes, **unit}
        outputs += [
            {"name": f"returns_{minutes}m", "kind": "mean", **of},
            {"name": f"quantiles_{minutes}m", "kind": "quantiles", "levels": list(QUANTILE_LEVELS), **of},
            {"name": f"rise_{minutes}m", "kind": "rise", "levels": list(EXCURSION_LEVELS), **of},
            {"name": f"fall_{minutes}m", "kind": "fall", "levels": list(EXCURSION_LEVELS), **of},
        ]
    return outputs


def _ewma_quantiles(windows: Windows, interval_minutes: int) -> list[dict[str, object]]:
    reference = ewma_reference(windows, horizon_steps(interval_minutes))
    return [
        {"horizonMinutes": minutes, "levels": list(UPPER_LEVELS), "values": values}
        for minutes, values in zip(HORIZONS_MINUTES, reference, strict=True)
    ]


def training_ranges(windows: Windows) -> dict[str, list[float]]:
    """The span of what the model was made from, by window: a share of RANGE_TAIL lies outside on each side."""
    measures = {
        "scale": base_scale(windows.features),
        "zeroVolumeShare": (windows.features[:, :, 3] == 0).mean(axis=1),
        "zeroReturnShare": (windows.features[:, :, 0] == 0).mean(axis=1),
    }
    tails = [RANGE_TAIL, 1 - RANGE_TAIL]
    return {name: [float(f"{edge:.6g}") for edge in np.quantile(values, tails)] for name, values in measures.items()}


def answered_window(features: np.ndarray, outputs: dict[str, np.ndarray]) -> dict[str, object]:
    """
    One window [STEPS, features] and what the model makes of it: a file whose weights were damaged answers otherwise,
    where a window without movement may hide it.
    """
    return {
        "features": [float(f"{value:.9g}") for value in features.ravel()],
        "outputs": {name: [float(f"{value:.9g}") for value in values[0].ravel()] for name, values in outputs.items()},
    }


def as_text(content: object) -> str:
    """JSON on one line; refuses what JSON cannot hold."""
    return json.dumps(content, separators=(",", ":"), allow_nan=False)
