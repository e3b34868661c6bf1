"""
Trains and judges the model on a folder of candle files, and writes it with its card and test vectors.

    python -m training --data DIR

README.md of the package says what the model is, and what it is not.
"""

import argparse
import hashlib
import time
from pathlib import Path

import numpy as np

from .candles import CandleFile, DataError, read_candle_folder
from .card import Controls, Shipped, write_card
from .dataset import horizon_steps, windows_of
from .evaluation import judge, verdict
from .experiment import Experiment, Say, control_experiments, experiment, fitter
from .metadata import (
    CONTRACT_KEY,
    TEST_WINDOW_KEY,
    TRAINING_KEY,
    answered_window,
    as_text,
    contract,
)
from .network import Shape
from .onnx_export import build_model
from .parity import require_parity, run_file
from .retraining import contest, write_result
from .settings import SEEDS, SIGNAL_RETURN_MIN, SIGNAL_SHARE
from .simulation import random_walk
from .splits import LeakageError, final_split, require_no_shared_candles, walk_forward
from .study import run, walk
from .training_loop import Fitted, fit
from .vectors import TEST_MARKET, made_up_window, outputs_of, vectors, write_json

PACKAGE = Path(__file__).resolve().parent
WALK_VOLATILITY = 0.0008
WALK_SEED = 1
SHUFFLE_SEED = 2


def main() -> None:
    arguments = _arguments()
    started, started_cpu = time.monotonic(), time.process_time()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {text}", flush=True)

    by_interval = read_candle_folder(arguments.data)
    interval = arguments.interval_minutes
    if interval not in by_interval:
        raise DataError(f"{arguments.data} holds no file of {interval}-minute candles")
    say(f"{interval}-minute candles: {', '.join(file.name for file in by_interval[interval])}")
    if arguments.against is not None:
        _contest(arguments, by_interval[interval], say)
        return
    main_experiment = experiment(by_interval[interval], say)
    others = control_experiments({other: files for other, files in by_interval.items() if other != interval}, say)
    controls = _controls(main_experiment)
    say(f"random walk: {controls.random_walk}")
    shipped, content, fitted = _final(arguments.name, main_experiment)
    arguments.models.mkdir(parents=True, exist_ok=True)
    (arguments.models / f"{arguments.name}.onnx").write_bytes(content)
    (arguments.models / f"{arguments.name}.md").write_text(write_card(main_experiment, others, controls, shipped))
    write_json(arguments.vectors / f"{arguments.name}-vectors.json", vectors(fitted, interval, SEEDS[0]))
    say(f"wrote {arguments.name}: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
    minutes, cpu_minutes = (time.monotonic() - started) / 60, (time.process_time() - started_cpu) / 60
    say(f"{minutes:.1f} minutes, {cpu_minutes:.1f} of them processor time")


def _contest(arguments: argparse.Namespace, files: list[CandleFile], say: Say) -> None:
    """The new model and its card are written where it is better than the file that serves, what came of it always."""
    made: list[tuple[Experiment, Shipped]] = []

    def make(of: Experiment) -> bytes:
        shipped, content, _ = _final(arguments.name, of)
        made.append((of, shipped))
        return content

    result, content = contest(files, arguments.against, make, say)
    if content is not None:
        of, shipped = made[0]
        arguments.models.mkdir(parents=True, exist_ok=True)
        (arguments.models / f"{arguments.name}.onnx").write_bytes(content)
        (arguments.models / f"{arguments.name}.md").write_text(write_card(of, [], _controls(of), shipped))
    say(f"{result['outcome']}: {result['words']}")
    if arguments.result is not None:
        write_result(arguments.result, result)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of candle files (*.csv, *.csv.gz)")
    parser.add_argument(
        "--interval-minutes", type=int, choices=[1, 5], default=1, help="of the model's candles; others are controls"
    )
    parser.add_argument("--name", default="quantiles-60m", help="name of the model and its files")
    parser.add_argument(
        "--models", type=Path, default=PACKAGE.parent / "models", help="where the model and its card go"
    )
    parser.add_argument(
        "--vectors",
        type=Path,
        default=PACKAGE.parent / "src" / "inference" / "test_data",
        help="where the test vectors go",
    )
    parser.add_argument(
        "--against",
        type=Path,
        help="a model that serves: the new one is written only if it is better on candles that neither has seen",
    )
    parser.add_argument("--result", type=Path, help="with --against: where to write what came of it, as JSON")
    return parser.parse_args()


def _controls(main_experiment: Experiment) -> Controls:
    """A market without anything to find, and a split that leaks."""
    file = main_experiment.files[0]
    walked = windows_of([random_walk(len(file.values), file.interval_minutes, WALK_VOLATILITY, WALK_SEED)])
    splits = walk_forward(walked)
    shape = Shape(horizon_steps(file.interval_minutes), main_experiment.patched)
    found = verdict(judge(walk(walked, splits), run(walked, splits, fitter(shape), SEEDS[0])))
    rows = np.random.default_rng(SHUFFLE_SEED).permutation(len(main_experiment.windows))
    half = len(rows) // 2
    try:
        require_no_shared_candles(main_experiment.windows, rows[:half], rows[half:])
    except LeakageError as error:
        return Controls(found, str(error))
    raise AssertionError("a shuffled split was not refused")


def _final(name: str, main_experiment: Experiment) -> tuple[Shipped, bytes, Fitted]:
    """The model of all the data, as a file that was compared with the network that it was made from."""
    files, windows = main_experiment.files, main_experiment.windows
    split = final_split(windows)
    training, validation = windows.take(split.training), windows.take(split.validation)
    shape = Shape(horizon_steps(files[0].interval_minutes), main_experiment.patched)
    fitted = fit(shape, training, validation, SEEDS[0])
    means = np.abs(fitted.predict(windows.features).means)[:, 1]
    minimum_return = max(SIGNAL_RETURN_MIN, float(f"{np.quantile(means, 1 - SIGNAL_SHARE):.1e}"))
    _, features = made_up_window(np.random.default_rng(SEEDS[0]), *TEST_MARKET[1:])
    metadata = {
        CONTRACT_KEY: as_text(
            contract(name, shape.patched, files, windows, minimum_return, verdict(main_experiment.chosen[0]))
        ),
        TEST_WINDOW_KEY: as_text(answered_window(features, outputs_of(fitted, features))),
        TRAINING_KEY: as_text(_training_summary(main_experiment, fitted)),
    }
    parameters = {key: np.asarray(value) for key, value in fitted.parameters.items()}
    content = build_model(parameters, shape, metadata).SerializeToString(deterministic=True)
    parity = require_parity(run_file(content, windows.features), outputs_of(fitted, windows.features))
    return Shipped(name, len(content), fitted.weights, fitted.epoch, minimum_return, parity), content, fitted


def _training_summary(main_experiment: Experiment, fitted: Fitted) -> dict[str, object]:
    """For people who meet the file without its card."""
    return {
        "seed": SEEDS[0],
        "epoch": fitted.epoch,
        "weights": fitted.weights,
        "windows": len(main_experiment.windows),
        "found": verdict(main_experiment.chosen[0]),
        "horizons": [
            {
                "minutes": one.minutes,
                "skillAgainstEwma": _rounded(one.skill_ewma),
                "skillAgainstConstant": _rounded(one.skill_constant),
                "rankCorrelation": _rounded(one.rank_correlation),
                "smallestVisibleRankCorrelation": round(2 * one.rank_noise, 3),
                "coverageOf90": round(one.coverage_most.value, 3),
            }
            for one in main_experiment.chosen[0]
        ],
    }


def _rounded(figure) -> list[float]:
    return [round(edge, 4) for edge in (figure.value, figure.low, figure.high)]


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        raise SystemExit(f"training: {error}") from None
