"""Walk-forward: a model is fitted and tested fold by fold, with every seed, beside what it has to beat."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .baselines import constant_quantiles, ewma_quantiles
from .dataset import Windows
from .predictions import Predictions, joined
from .splits import Split, require_no_shared_candles
from .trading import round_trip_costs

Predict = Callable[[np.ndarray], Predictions]
# Training part, validation part and seed to a function from features to predictions.
Fit = Callable[[Windows, Windows, int], Predict]

# Of the sizes of the predicted means on the validation part: beyond it lies the strongest tenth.
STRONGEST_LEVEL = 0.9


@dataclass(frozen=True)
class Walk:
    """Every test window once, in order of time, with what was known of it before it came."""

    test: Windows
    fold: np.ndarray
    constant: Predictions
    ewma: Predictions
    # By row: the share of training moves beyond the costs, [rows, horizons], and the costs of a trade there, [rows].
    base_rate: np.ndarray
    cost: np.ndarray


@dataclass(frozen=True)
class Run:
    """One seed's predictions of a walk's test windows, and how large a mean was strong in validation [rows, "
    "horizons]."""

    predictions: Predictions
    strong: np.ndarray


def walk(windows: Windows, splits: list[Split]) -> Walk:
    """The test windows and the references. Raises LeakageError when a split shares candles between training and "
    "test."""
    parts = []
    for number, split in enumerate(splits):
        fitted = np.concatenate([split.training, split.validation])
        require_no_shared_candles(windows, fitted, split.test)
        require_no_shared_candles(windows, split.training, split.validation)
        training, test = windows.take(fitted), windows.take(split.test)
        costs = round_trip_costs(training)
        typical = max(costs.values())
        cost = np.array([costs.get(int(symbol), typical) for symbol in test.symbol])
        training_cost = np.array([costs[int(symbol)] for symbol in training.symbol])
        base_rate = (np.abs(training.returns) > training_cost[:, None]).mean(axis=0)
        parts.append(
            (
                np.full(len(test), number),
                constant_quantiles(training, test),
                ewma_quantiles(training, test),
                np.tile(base_rate, (len(test), 1)),
                cost,
            )
        )
    folds, constant, ewma, base_rate, cost = zip(*parts, strict=True)
    test = windows.take(np.concatenate([split.test for split in splits]))
    return Walk(
        test, np.concatenate(folds), joined(constant), joined(ewma), np.concatenate(base_rate), np.concatenate(cost)
    )


def run(windows: Windows, splits: list[Split], fit: Fit, seed: int) -> Run:
    """Fits each fold and predicts its test windows."""
    predictions, strong = [], []
    for split in splits:
        predict = fit(windows.take(split.training), windows.take(split.validation), seed)
        predictions.append(predict(windows.features[split.test]))
        sizes = np.abs(predict(windows.features[split.validation]).means)
        strong.append(np.tile(np.quantile(sizes, STRONGEST_LEVEL, axis=0), (len(split.test), 1)))
    return Run(joined(predictions), np.concatenate(strong))
