"""Which of the two models is shipped. The rule stands here before any result does."""

import numpy as np

from .bootstrap import HourBlocks
from .evaluation import Figure, row_losses
from .settings import EXCURSION_LOSS_WEIGHT, FOLDS, HORIZONS_MINUTES
from .study import Run, Walk

RULE = (
    "The patch transformer is shipped if its loss (returns and excursions as in training, mean of the seeds) is "
    "below that of the head alone on every fold but the last: mean relative gain over the horizons, the whole "
    "interval above zero. Otherwise the head is: of two models that cannot be told apart, the simpler one. The last "
    "fold is no part of the choice."
)


def gain_over_head(walk: Walk, network: list[Run], head: list[Run]) -> Figure:
    """The network's mean relative gain over the head on the folds that choose."""
    return _gain(walk, network, head, walk.fold < FOLDS - 1)


def gain_on_last_fold(walk: Walk, network: list[Run], head: list[Run]) -> Figure:
    """The same on the fold that the choice did not see."""
    return _gain(walk, network, head, walk.fold == FOLDS - 1)


def network_is_shipped(gain: Figure) -> bool:
    """The rule above."""
    return gain.above_zero


def _gain(walk: Walk, network: list[Run], head: list[Run], rows: np.ndarray) -> Figure:
    columns = [_loss(walk, runs, horizon)[rows] for horizon in range(len(HORIZONS_MINUTES)) for runs in (network, head)]

    def mean_gain(sums: np.ndarray) -> np.ndarray:
        return (1 - sums[0::2] / sums[1::2]).mean(axis=0)

    return Figure(*HourBlocks(walk.test.close_ms[rows]).interval(mean_gain, *columns))


def _loss(walk: Walk, runs: list[Run], horizon: int) -> np.ndarray:
    by_seed = []
    for run in runs:
        returns, excursions = row_losses(walk, run.predictions, horizon)
        by_seed.append(returns + EXCURSION_LOSS_WEIGHT * excursions)
    return np.mean(by_seed, axis=0)
