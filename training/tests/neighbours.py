"""A model in numpy that remembers: the nearest windows of the training part answer. It shows a leak at once."""

import numpy as np

from ..anchor import base_scale
from ..dataset import Windows
from ..predictions import Predictions
from ..settings import QUANTILE_LEVELS, STEPS
from ..study import Predict

NEIGHBOURS = 5
CUMULATED_CANDLES = (15, 30, 60, 96)


def fit(training: Windows, _validation: Windows, _seed: int) -> Predict:
    """The mean of the nearest neighbours' returns, as a distribution of the training part's width around it."""
    known = _place(training.features)
    width = np.quantile(training.returns, QUANTILE_LEVELS, axis=0).T
    width = width - width[:, 2:3]
    fall, rise = training.falls.mean(axis=0), training.rises.mean(axis=0)

    def predict(features: np.ndarray) -> Predictions:
        wanted = _place(features)
        distances = (wanted**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * wanted @ known.T
        nearest = np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        means = training.returns[nearest].mean(axis=1)
        far = np.ones((len(features), 1, 1)) * np.array([1.0, 2.0])
        return Predictions(means[:, :, None] + width, rise[None, :, None] * far, fall[None, :, None] * far)

    return predict


def _place(features: np.ndarray) -> np.ndarray:
    """Where a window is among others: its path over longer times, which neighbours in time share."""
    age = np.arange(STEPS - 1, -1, -1)
    sums = np.stack([(age < count) / np.sqrt(count) for count in CUMULATED_CANDLES], axis=1)
    paths = features[:, :, 0].astype(np.float64) @ sums
    return np.concatenate([paths / paths.std(), np.log(base_scale(features))[:, None] * 10], axis=1)
