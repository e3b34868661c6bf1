"""What a model has to beat. Each learns from the training part of a fold alone."""

import numpy as np

from .anchor import close_scale
from .dataset import Windows
from .predictions import Predictions
from .settings import EXCURSION_LEVELS, QUANTILE_LEVELS

# Of a distribution that is as wide up as down.
UPPER_LEVELS = tuple(level for level in QUANTILE_LEVELS if level > 0.5)


def scaled_quantiles(training: Windows, scale: np.ndarray, wanted_scale: np.ndarray) -> Predictions:
    """
    The quantiles of the training part's moves in units of `scale` [training rows], times `wanted_scale` [wanted rows].
    Up and down are one distribution: which way a training part went says nothing.
    """
    unit = scale[:, None]
    returns = training.returns / unit
    moves = np.concatenate([training.rises, training.falls]) / np.concatenate([unit, unit])
    quantiles = np.quantile(np.concatenate([returns, -returns]), QUANTILE_LEVELS, axis=0).T
    excursions = np.quantile(moves, EXCURSION_LEVELS, axis=0).T
    wanted = wanted_scale[:, None, None]
    return Predictions(quantiles * wanted, excursions * wanted, excursions * wanted)


def constant_quantiles(training: Windows, test: Windows) -> Predictions:
    """Always the quantiles of the training part."""
    return scaled_quantiles(training, np.ones(len(training)), np.ones(len(test)))


def ewma_quantiles(training: Windows, test: Windows) -> Predictions:
    """The exponentially weighted volatility of closing prices, times the quantiles that fitted it in training."""
    return scaled_quantiles(training, close_scale(training.features), close_scale(test.features))


def ewma_reference(training: Windows, steps: tuple[int, ...]) -> list[list[float]]:
    """
    By horizon, of `steps` candles: the upper quantiles of `ewma_quantiles`, in units of the volatility times the root of
    the horizon's candles. The program that runs the model holds it against these.
    """
    returns = training.returns / close_scale(training.features)[:, None] / np.sqrt(steps)
    values = np.quantile(np.concatenate([returns, -returns]), UPPER_LEVELS, axis=0).T
    return [[float(f"{value:.4g}") for value in horizon] for horizon in values]


def last_return(windows: Windows) -> np.ndarray:
    """[rows]: the return of the newest candle, as a forecast of the next ones."""
    return windows.features[:, -1, 0].astype(np.float64)
