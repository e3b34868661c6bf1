"""
The judgement of a walk. Each figure has an interval; what lies within noise is called none, and what a trade would have
cost is taken off.
"""

from dataclasses import dataclass

import numpy as np

from .baselines import last_return
from .bootstrap import HourBlocks
from .candles import MINUTE_MS
from .metrics import (
    area_under_curve,
    correlation_columns,
    correlation_of,
    excursion_loss,
    fifths,
    quantile_loss,
    rank_noise,
)
from .predictions import Predictions, probability_beyond
from .settings import HORIZONS_MINUTES, RESAMPLE_SEED, TIME_PARTS
from .study import Run, Walk
from .trading import one_at_a_time

# A rank correlation below this many deviations of its noise is none.
VISIBLE_DEVIATIONS = 2.0


@dataclass(frozen=True)
class Figure:
    """A value with the ends of its interval; the ends are nan when it cannot be computed in every resample."""

    value: float
    low: float
    high: float

    @property
    def above_zero(self) -> bool:
        """Whether the whole interval is."""
        return bool(self.low > 0)


@dataclass(frozen=True)
class Trades:
    """What a rule came to, as shares of a trade's value; without trades there is nothing to tell."""

    count: int
    gross: Figure | None
    net: Figure | None


@dataclass(frozen=True)
class HorizonFigures:
    """One horizon, one seed. Skill is 1 - loss / loss of the reference: 0.02 is 2 % better, below 0 is worse."""

    minutes: int
    skill_constant: Figure
    skill_ewma: Figure
    excursion_skill_constant: Figure
    excursion_skill_ewma: Figure
    coverage_half: Figure
    coverage_most: Figure
    coverage_most_by_time: list[float]
    brier_skill: Figure
    area_under_curve: float
    calibration: list[tuple[float, float]]
    exceeded_by_fifth: list[float]
    exceeded_fixed_by_fifth: list[float]
    squared_error_skill_zero: Figure
    rank_correlation: Figure
    rank_noise: float
    hit_rate: Figure
    last_return_rank_correlation: Figure
    last_return_hit_rate: Figure
    trades: dict[str, Trades]

    @property
    def spread_found(self) -> bool:
        """Whether the spread of returns is predicted better than by every reference, beyond noise."""
        return self.skill_constant.above_zero and self.skill_ewma.above_zero

    @property
    def excursions_found(self) -> bool:
        """The same of the largest rise and the largest fall."""
        return self.excursion_skill_constant.above_zero and self.excursion_skill_ewma.above_zero

    @property
    def direction_found(self) -> bool:
        """Whether the direction is predicted beyond noise. It does not say that it pays: `pays` does."""
        visible = self.rank_correlation.value > VISIBLE_DEVIATIONS * self.rank_noise
        return visible and self.rank_correlation.above_zero

    @property
    def pays(self) -> bool:
        """Whether a rule earned its costs, beyond noise."""
        return any(trades.net is not None and trades.net.above_zero for trades in self.trades.values())


def judge(walk: Walk, run: Run) -> list[HorizonFigures]:
    """The figures of one seed, by horizon."""
    blocks = HourBlocks(walk.test.close_ms)
    return [_judge_horizon(walk, run, blocks, index) for index in range(len(HORIZONS_MINUTES))]


def verdict(figures: list[HorizonFigures]) -> dict[str, str]:
    """What was found at all, in one word each: `none`, or the horizons in minutes."""

    def found(name: str) -> str:
        return ", ".join(str(one.minutes) for one in figures if getattr(one, name)) or "none"

    names = {"spread": "spread_found", "excursions": "excursions_found", "direction": "direction_found", "pays": "pays"}
    return {word: found(name) for word, name in names.items()}


def row_losses(walk: Walk, predictions: Predictions, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """The pinball losses of returns and of excursions, by row."""
    test = walk.test
    returns = quantile_loss(test.returns[:, horizon], predictions.quantiles[:, horizon])
    moves = (test.rises[:, horizon], test.falls[:, horizon])
    return returns, excursion_loss(*moves, predictions.rises[:, horizon], predictions.falls[:, horizon])


def skill_of(sums: np.ndarray) -> np.ndarray:
    """From the sums of a loss and of its reference's."""
    return 1 - sums[0] / sums[1]


def share_of(sums: np.ndarray) -> np.ndarray:
    """From the sums of a number and of how often it counts."""
    return sums[0] / sums[1]


def _judge_horizon(walk: Walk, run: Run, blocks: HourBlocks, horizon: int) -> HorizonFigures:
    actual = walk.test.returns[:, horizon]
    means = run.predictions.means[:, horizon]
    newest = last_return(walk.test)
    losses, excursions = row_losses(walk, run.predictions, horizon)
    constant, constant_excursions = row_losses(walk, walk.constant, horizon)
    ewma, ewma_excursions = row_losses(walk, walk.ewma, horizon)

    def figure(statistic, *columns) -> Figure:
        return Figure(*blocks.interval(statistic, *columns))

    return HorizonFigures(
        minutes=HORIZONS_MINUTES[horizon],
        skill_constant=figure(skill_of, losses, constant),
        skill_ewma=figure(skill_of, losses, ewma),
        excursion_skill_constant=figure(skill_of, excursions, constant_excursions),
        excursion_skill_ewma=figure(skill_of, excursions, ewma_excursions),
        squared_error_skill_zero=figure(skill_of, (actual - means) ** 2, actual**2),
        rank_correlation=figure(correlation_of, *correlation_columns(means, actual)),
        rank_noise=rank_noise(actual, walk.test.symbol, RESAMPLE_SEED),
        hit_rate=figure(share_of, *_hits(means, actual)),
        last_return_rank_correlation=figure(correlation_of, *correlation_columns(newest, actual)),
        last_return_hit_rate=figure(share_of, *_hits(newest, actual)),
        trades=_trades(walk, run, figure, horizon),
        **_coverage(run, actual, figure, horizon),
        **_chances(walk, run, actual, figure, horizon),
        **_exceeded(walk, run, horizon),
    )


def _hits(forecast: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Right ones and counted ones: no word and no move count neither way."""
    counted = (forecast != 0) & (actual != 0)
    return (counted & (np.sign(forecast) == np.sign(actual))).astype(float), counted.astype(float)


def _coverage(run: Run, actual: np.ndarray, figure, horizon: int) -> dict[str, object]:
    quantiles = run.predictions.quantiles[:, horizon]
    half, most = (
        ((actual >= quantiles[:, low]) & (actual <= quantiles[:, high])).astype(float) for low, high in ((1, 3), (0, 4))
    )
    ones = np.ones_like(half)
    return {
        "coverage_half": figure(share_of, half, ones),
        "coverage_most": figure(share_of, most, ones),
        "coverage_most_by_time": [float(part.mean()) for part in np.array_split(most, TIME_PARTS)],
    }


def _chances(walk: Walk, run: Run, actual: np.ndarray, figure, horizon: int) -> dict[str, object]:
    """The probability that a move is larger than a trade's costs, against the share in training."""
    probability = probability_beyond(run.predictions.quantiles[:, horizon], walk.cost)
    happened = np.abs(actual) > walk.cost
    errors, reference = (probability - happened) ** 2, (walk.base_rate[:, horizon] - happened) ** 2
    calibration = [(float(probability[rows].mean()), float(happened[rows].mean())) for rows in fifths(probability)]
    return {
        "brier_skill": figure(skill_of, errors, reference),
        "area_under_curve": area_under_curve(probability, happened),
        "calibration": calibration,
    }


def _exceeded(walk: Walk, run: Run, horizon: int) -> dict[str, object]:
    """
    How often the price went further against a position than predicted with 90 %, by fifth of what was predicted; beside
    it a stop at one distance, as far on average.
    """
    predicted = np.stack([run.predictions.rises[:, horizon, -1], run.predictions.falls[:, horizon, -1]], axis=1)
    actual = np.stack([walk.test.rises[:, horizon], walk.test.falls[:, horizon]], axis=1)
    parts = fifths(predicted.mean(axis=1))
    return {
        "exceeded_by_fifth": [float((actual[rows] > predicted[rows]).mean()) for rows in parts],
        "exceeded_fixed_by_fifth": [float((actual[rows] > predicted.mean()).mean()) for rows in parts],
    }


def _trades(walk: Walk, run: Run, figure, horizon: int) -> dict[str, Trades]:
    actual, means = walk.test.returns[:, horizon], run.predictions.means[:, horizon]
    rules = {
        "every prediction": means != 0,
        "the strongest tenth": np.abs(means) > run.strong[:, horizon],
        "more than the costs": np.abs(means) > walk.cost,
    }
    result = {}
    for name, wanted in rules.items():
        opened = one_at_a_time(walk.test, wanted, HORIZONS_MINUTES[horizon] * MINUTE_MS)
        if len(opened) == 0:
            result[name] = Trades(0, None, None)
            continue
        traded = np.zeros(len(actual))
        traded[opened] = 1
        gross = traded * np.sign(means) * actual
        earned = figure(share_of, gross, traded), figure(share_of, gross - traded * walk.cost, traded)
        result[name] = Trades(len(opened), *earned)
    return result
