"""A new model takes the place of another one only where neither has seen the test and the gain is no noise."""

import unittest

import numpy as np

from ..candles import DAY_MS
from ..contest import NothingNewError, gain_over, split_off
from ..dataset import windows_of
from ..predictions import Predictions
from ..settings import EXCURSION_LEVELS, HORIZONS_MINUTES, QUANTILE_LEVELS
from ..simulation import random_walk

CANDLES = 7 * 24 * 60


def constant(test, scale: float) -> Predictions:
    """The same answer to every window: the quantiles of the test, made wider."""
    quantiles = np.quantile(test.returns, QUANTILE_LEVELS, axis=0).T
    moves = [np.quantile(of, EXCURSION_LEVELS, axis=0).T for of in (test.rises, test.falls)]
    rows = np.ones((len(test), 1, 1))
    return Predictions(*(rows * scale * part for part in (quantiles, *moves)))


class ContestTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.file = random_walk(CANDLES, 1, 0.0008, seed=3)
        cls.known_until_ms = cls.file.end_ms - 5 * DAY_MS

    def test_no_candle_of_the_test_is_learned_from_by_either(self) -> None:
        learned, test = split_off([self.file], self.known_until_ms)
        self.assertLess(max(file.end_ms for file in learned), test.start_ms.min())
        self.assertLess(self.known_until_ms, test.start_ms.min())
        self.assertEqual(len(HORIZONS_MINUTES), test.returns.shape[1])
        self.assertGreater(len(windows_of(learned)), 0)

    def test_too_little_that_is_new_is_no_test(self) -> None:
        with self.assertRaisesRegex(NothingNewError, "1.5 days"):
            split_off([self.file], self.file.end_ms - int(1.5 * DAY_MS) - 60 * 60_000)
        with self.assertRaises(NothingNewError):
            split_off([self.file], self.file.end_ms + DAY_MS)

    def test_the_better_one_wins_and_its_equal_does_not(self) -> None:
        _, test = split_off([self.file], self.known_until_ms)
        good, wide = constant(test, 1.0), constant(test, 2.0)
        self.assertTrue(gain_over(test, good, wide).above_zero)
        self.assertFalse(gain_over(test, wide, good).above_zero)
        self.assertFalse(gain_over(test, good, good).above_zero)


if __name__ == "__main__":
    unittest.main()
