"""Nothing is found where nothing is, and a split that leaks is caught twice: by its candles, and by what it would "
"claim."""

import unittest
from dataclasses import replace

import numpy as np

from ..dataset import Windows, windows_of
from ..evaluation import Figure, judge, verdict
from ..simulation import random_walk
from ..splits import LeakageError, Split, require_no_shared_candles, walk_forward
from ..study import Run, Walk, run, walk
from . import neighbours

CANDLES = 4_000


def shuffled(windows: Windows, splits: list[Split]) -> list[Split]:
    """The same sizes, but rows at random."""
    order = np.random.default_rng(5).permutation(len(windows))
    return [Split(order[split.training], order[split.validation], np.sort(order[split.test])) for split in splits]


class HonestyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.windows = windows_of([random_walk(CANDLES, 1, 0.0008, seed=11)])
        cls.splits = walk_forward(cls.windows)
        cls.walk = walk(cls.windows, cls.splits)

    def test_no_skill_is_found_on_a_random_walk(self) -> None:
        figures = judge(self.walk, run(self.windows, self.splits, neighbours.fit, 1))
        self.assertEqual(verdict(figures), dict.fromkeys(["spread", "excursions", "direction", "pays"], "none"))

    def test_the_same_model_on_a_shuffled_split_claims_skill(self) -> None:
        leaking = shuffled(self.windows, self.splits)
        tested = self.windows.take(np.concatenate([split.test for split in leaking]))
        claimed = Walk(tested, self.walk.fold, self.walk.constant, self.walk.ewma, self.walk.base_rate, self.walk.cost)
        order = np.argsort(tested.close_ms, kind="stable")
        figures = judge(*_in_time(claimed, run(self.windows, leaking, neighbours.fit, 1), order))
        self.assertNotEqual(verdict(figures)["direction"], "none")
        self.assertGreater(figures[2].rank_correlation.value, 0.3)

    def test_a_shuffled_split_is_refused(self) -> None:
        for split in shuffled(self.windows, self.splits):
            with self.assertRaisesRegex(LeakageError, "share candles with training windows"):
                require_no_shared_candles(self.windows, split.training, split.test)
        with self.assertRaises(LeakageError):
            walk(self.windows, shuffled(self.windows, self.splits))

    def test_a_split_in_time_without_a_purge_is_refused(self) -> None:
        split = self.splits[0]
        last_known = np.flatnonzero(self.windows.end_ms > self.windows.start_ms[split.test[0]])[0]
        require_no_shared_candles(self.windows, np.arange(last_known), split.test)
        with self.assertRaises(LeakageError):
            require_no_shared_candles(self.windows, np.arange(last_known + 1), split.test)

    def test_a_forecaster_who_knows_the_future_is_found(self) -> None:
        test = self.walk.test
        known = test.returns[:, :, None] + self.walk.ewma.quantiles / 10
        seeing = type(self.walk.ewma)(known, test.rises[:, :, None] + np.zeros(2), test.falls[:, :, None] + np.zeros(2))
        figures = judge(self.walk, Run(seeing, np.zeros_like(test.returns)))
        everywhere = dict.fromkeys(["spread", "excursions", "direction", "pays"], "5, 15, 60")
        self.assertEqual(verdict(figures), everywhere)

    def test_a_direction_needs_more_than_twice_what_chance_shows_and_its_whole_interval(self) -> None:
        figures = judge(self.walk, run(self.windows, self.splits, neighbours.fit, 1))[0]
        for value, low, noise, found in ((0.05, 0.01, 0.02, True), (0.05, 0.01, 0.03, False), (0.05, 0.0, 0.02, False)):
            told = replace(figures, rank_correlation=Figure(value, low, 0.09), rank_noise=noise)
            self.assertEqual(told.direction_found, found)

    def test_a_spread_must_beat_every_reference(self) -> None:
        figures = judge(self.walk, run(self.windows, self.splits, neighbours.fit, 1))[0]
        better, worse = Figure(0.02, 0.01, 0.03), Figure(0.02, -0.01, 0.05)
        for constant, ewma, found in ((better, better, True), (better, worse, False), (worse, better, False)):
            told = replace(
                figures,
                skill_constant=constant,
                skill_ewma=ewma,
                excursion_skill_constant=constant,
                excursion_skill_ewma=ewma,
            )
            self.assertEqual((told.spread_found, told.excursions_found), (found, found))


def _in_time(claimed: Walk, made: Run, order: np.ndarray) -> tuple[Walk, Run]:
    def sorted_rows(predictions):
        return type(predictions)(predictions.quantiles[order], predictions.rises[order], predictions.falls[order])

    return (
        Walk(
            claimed.test.take(order),
            claimed.fold[order],
            sorted_rows(claimed.constant),
            sorted_rows(claimed.ewma),
            claimed.base_rate[order],
            claimed.cost[order],
        ),
        Run(sorted_rows(made.predictions), made.strong[order]),
    )


if __name__ == "__main__":
    unittest.main()
