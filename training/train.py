"""
Trains the model that the ML manager runs, and writes it with its metadata and test vectors.

    python train.py --candles DIR

README.md beside this file says what the model is, and what it is not.
"""

import argparse
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from candles import MINUTE_MS, CandleFile, read_candle_folder
from evaluation import SIGNAL_SHARE, figures, simulated_predictions, suggested_minimum_return
from features import FEATURES, mirrored, window_features, windows_and_returns
from network import Adam, Parameters, Shape, backward, forward, initial_parameters, normalise, predict_returns
from onnx_export import INPUT_NAME, OUTPUT_NAME, build_model
from simulation import simulated_candles

REPOSITORY = Path(__file__).resolve().parent.parent
VERSION = "1.0.0"
FAMILY = "UnifiedPatchTST"
HORIZON_MINUTES = 15
STEPS = 64
PATCH_STEPS = 8
WIDTH = 16
HIDDEN = 32
# Shares of each file in order of time: training, validation (when to stop), test (the published figures).
TRAINING_SHARE = 0.7
VALIDATION_SHARE = 0.1
EPOCHS_MAX = 30
# Training stops after this many epochs without a better validation loss.
PATIENCE_EPOCHS = 6
BATCH = 256
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.05
# Targets are cut here, in volatilities of the horizon: one jump must not shape the whole network.
TARGET_LIMIT = 4.0
NOTE = (
    "A small model trained on little data. Out of sample it has no demonstrated edge over always predicting zero. "
    "It exercises the real path from candles to orders; do not trade it live for profit."
)

# windows, returns and window close times of one part of the data
Part = tuple[np.ndarray, np.ndarray, np.ndarray]


def split(part: Part, horizon_steps: int) -> tuple[Part, Part, Part]:
    """Training, validation and test parts in order of time, with a gap so that no candle is in two of them."""
    gap = STEPS + horizon_steps
    count = len(part[1])
    first_end = int(count * TRAINING_SHARE)
    second_end = int(count * (TRAINING_SHARE + VALIDATION_SHARE))
    ranges = [(0, first_end - gap), (first_end, second_end - gap), (second_end, count)]
    training, validation, test = (tuple(array[start:end] for array in part) for start, end in ranges)
    return training, validation, test


def joined(parts: list[Part]) -> Part:
    return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


def scores_wanted(windows: np.ndarray, returns: np.ndarray, horizon_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The network's inputs and its targets: returns in volatilities of the horizon, cut at TARGET_LIMIT."""
    normalised, volatility = normalise(windows.astype(np.float64))
    targets = returns / (volatility * np.sqrt(horizon_steps))
    return normalised, np.clip(targets, -TARGET_LIMIT, TARGET_LIMIT)


def train(shape: Shape, training: Part, validation: Part, seed: int) -> tuple[Parameters, int]:
    """
    The parameters of the epoch with the smallest validation loss, and that epoch. Every window is also shown mirrored,
    so that a market that rose in the training period does not become a habit of buying.
    """
    random = np.random.default_rng(seed)
    parameters = initial_parameters(shape, random)
    optimiser = Adam(parameters, LEARNING_RATE, WEIGHT_DECAY)
    windows = np.concatenate([training[0], mirrored(training[0])])
    inputs, targets = scores_wanted(windows, np.concatenate([training[1], -training[1]]), shape.horizon_steps)
    validation_inputs, validation_targets = scores_wanted(validation[0], validation[1], shape.horizon_steps)
    best, best_loss, best_epoch = parameters, np.inf, 0
    for epoch in range(1, EPOCHS_MAX + 1):
        order = random.permutation(len(targets))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            scores, cache = forward(parameters, shape, inputs[chosen])
            d_scores = 2 * (scores - targets[chosen]) / len(chosen)
            optimiser.update(parameters, backward(parameters, shape, cache, d_scores))
        training_loss = np.mean((forward(parameters, shape, inputs)[0] - targets) ** 2)
        loss = np.mean((forward(parameters, shape, validation_inputs)[0] - validation_targets) ** 2)
        zero_loss = np.mean(validation_targets**2)
        print(f"epoch {epoch:2d}  training {training_loss:.4f}  validation {loss:.4f}  (zero: {zero_loss:.4f})")
        if loss < best_loss:
            best, best_loss, best_epoch = {name: value.copy() for name, value in parameters.items()}, loss, epoch
        elif epoch - best_epoch >= PATIENCE_EPOCHS:
            break
    return best, best_epoch


def period(open_time_ms: int) -> str:
    return datetime.fromtimestamp(open_time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")


def data_summary(files: list[CandleFile]) -> list[dict[str, object]]:
    return [
        {
            "symbol": re.split(r"[-_.]", file.name)[0],
            "from": period(file.open_time_ms[0]),
            "to": period(file.open_time_ms[-1]),
            "candles": len(file.open_time_ms),
        }
        for file in files
    ]


def test_vectors(parameters: Parameters, shape: Shape, interval_minutes: int, seed: int) -> dict[str, object]:
    """Made-up candles with the features and predictions that the product must compute from them."""
    random = np.random.default_rng(seed)
    open_times_ms = [1_700_000_040_000 + step * interval_minutes * MINUTE_MS for step in range(STEPS + 1)]
    vectors = []
    markets = [("AAAUSDT", 0.0006, 25_000.0), ("BBBUSDT", 0.0012, 1.7), ("CCCUSDT", 0.004, 90.0)]
    for symbol, volatility, price in markets:
        candles = simulated_candles(random, STEPS + 1, volatility, price)
        window = window_features(candles)
        rows = [[time, *(f"{value:.6f}" for value in row)] for time, row in zip(open_times_ms, candles, strict=True)]
        vectors.append(
            {
                "symbol": symbol,
                "candles": rows,
                "features": [float(f"{value:.9g}") for value in window.ravel()],
                OUTPUT_NAME: float(f"{predict_returns(parameters, shape, window[None].astype(np.float64))[0]:.9g}"),
            }
        )
    return {"madeBy": "training/train.py", "columns": "openTimeMs, open, high, low, close, volume", "vectors": vectors}


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=2)
    # Rows of numbers on one line each.
    path.write_text(re.sub(r"\[[^\[\]{}]*\]", lambda row: " ".join(row.group().split()), text) + "\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candles", type=Path, required=True, help="folder of candle files (*.csv, *.csv.gz)")
    parser.add_argument(
        "--interval-minutes", type=int, choices=[1, 5], default=1, help="files of other intervals are skipped"
    )
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--name", default="returns-15m", help="name of the model and its files")
    parser.add_argument("--models", type=Path, default=REPOSITORY / "models", help="where the model goes")
    parser.add_argument(
        "--vectors", type=Path, default=REPOSITORY / "src/inference/test_data", help="where test vectors go"
    )
    return parser.parse_args()


def print_distribution(title: str, predictions: np.ndarray, minimum_return: float) -> None:
    """One line: quantiles of the prediction's size, and how often it becomes a signal."""
    half, most, nearly_all = np.quantile(np.abs(predictions), [0.5, 0.85, 0.99])
    share = (np.abs(predictions) > minimum_return).mean()
    print(f"{title}: |prediction| 50 % {half:.6f}, 85 % {most:.6f}, 99 % {nearly_all:.6f}; signals {share:.1%}")


def evaluate(parameters: Parameters, shape: Shape, test: Part, seed: int) -> tuple[float, dict[str, object]]:
    """The suggested threshold, and the published figures; prints how large predictions are."""
    simulated = simulated_predictions(parameters, shape, seed)
    minimum_return = suggested_minimum_return(simulated)
    predictions = predict_returns(parameters, shape, test[0].astype(np.float64))
    print_distribution("test data", predictions, minimum_return)
    for volatility, sample in simulated.items():
        print_distribution(f"simulated, volatility {volatility:.4%}", sample, minimum_return)
    signals = predictions[np.abs(predictions) > minimum_return]
    return minimum_return, {
        "test": figures(predictions, test[1], shape.horizon_steps),
        "testSignalShare": round(len(signals) / len(predictions), 4),
        "testBuyShareOfSignals": round(float((signals > 0).mean()), 4) if len(signals) else 0.0,
        "simulatedSignalsPerCandle": round(
            sum(float((np.abs(sample) > minimum_return).mean()) for sample in simulated.values()), 2
        ),
    }


def contract(name: str, content: bytes, interval_minutes: int) -> dict[str, object]:
    """The part of the metadata that src/inference/model-metadata.ts checks and the product relies on."""
    return {
        "name": name,
        "version": VERSION,
        "family": FAMILY,
        "sha256": hashlib.sha256(content).hexdigest(),
        "input": {
            "name": INPUT_NAME,
            "shape": ["batch", STEPS, len(FEATURES)],
            "features": FEATURES,
            "candleIntervalMinutes": interval_minutes,
            "candlesNeeded": STEPS + 1,
        },
        "outputs": [{"name": OUTPUT_NAME, "horizonMinutes": HORIZON_MINUTES, "unit": "log return"}],
    }


def architecture(shape: Shape) -> str:
    return (
        f"instance normalisation; {shape.patches} patches of {PATCH_STEPS} steps, all features together; one "
        f"transformer block (one attention head, width {WIDTH}, hidden {HIDDEN}, no layer norm); linear head; output scaled by the "
        "window's volatility"
    )


def main() -> None:
    arguments = parse_arguments()
    interval_minutes = arguments.interval_minutes
    horizon_steps = HORIZON_MINUTES // interval_minutes
    shape = Shape(STEPS, len(FEATURES), PATCH_STEPS, WIDTH, HIDDEN, horizon_steps)
    files = read_candle_folder(arguments.candles, interval_minutes)
    interval_ms = interval_minutes * MINUTE_MS
    parts = [
        split(windows_and_returns(file.open_time_ms, file.values, interval_ms, STEPS, horizon_steps), horizon_steps)
        for file in files
    ]
    training, validation, test = (joined([part[index] for part in parts]) for index in range(3))
    parameters, epoch = train(shape, training, validation, arguments.seed)
    minimum_return, metrics = evaluate(parameters, shape, test, arguments.seed)

    content = build_model(parameters, shape).SerializeToString(deterministic=True)
    metadata = {
        **contract(arguments.name, content, interval_minutes),
        "architecture": architecture(shape),
        "suggestedMinimumReturn": np.format_float_positional(minimum_return, trim="-"),
        "training": {
            "script": "training/train.py",
            "seed": arguments.seed,
            "epoch": epoch,
            "parameters": sum(value.size for value in parameters.values()),
            "windows": len(training[1]),
            "data": data_summary(files),
            "testFrom": period(test[2].min()),
        },
        "metrics": metrics,
        "created": datetime.now(UTC).date().isoformat(),
        "note": NOTE,
    }
    write_json(arguments.models / f"{arguments.name}.json", metadata)
    (arguments.models / f"{arguments.name}.onnx").write_bytes(content)
    vectors = test_vectors(parameters, shape, interval_minutes, arguments.seed)
    write_json(arguments.vectors / f"{arguments.name}-vectors.json", vectors)
    print(json.dumps(metrics, indent=2))
    print(f"minimumReturn {minimum_return} ({SIGNAL_SHARE:.0%} of simulated predictions), model {len(content)} bytes")


if __name__ == "__main__":
    main()
