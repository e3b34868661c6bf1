"""References, figures and intervals, each against a case whose answer is known."""

import unittest

import numpy as np

from ..anchor import base_scale, close_scale
from ..baselines import constant_quantiles, ewma_quantiles, ewma_reference
from ..bootstrap import HOUR_MS, HourBlocks
from ..dataset import horizon_steps, windows_of
from ..evaluation import Figure, share_of
from ..losses import pinball
from ..metrics import (
    area_under_curve,
    correlation_columns,
    correlation_of,
    rank_noise,
    ranks,
)
from ..predictions import Predictions, probability_above, probability_beyond
from ..selection import network_is_shipped
from ..settings import QUANTILE_LEVELS, SPREAD_MIN, TAKER_FEE
from ..simulation import random_walk
from ..trading import one_at_a_time, round_trip_costs

NORMAL = np.array([[-1.644854, -0.674490, 0.0, 0.674490, 1.644854]])


class ReferencesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.volatility = 0.001
        cls.windows = windows_of([random_walk(3_000, 1, cls.volatility, seed=4)])

    def test_both_scales_are_the_volatility_of_a_random_walk(self) -> None:
        self.assertAlmostEqual(close_scale(self.windows.features).mean() / self.volatility, 1, delta=0.03)
        # Twelve moves a candle hide some of its range.
        self.assertAlmostEqual(base_scale(self.windows.features).mean() / self.volatility, 0.9, delta=0.1)

    def test_constant_quantiles_hold_what_they_say_in_their_own_training(self) -> None:
        predicted = constant_quantiles(self.windows, self.windows)
        below = (np.abs(self.windows.returns) < predicted.quantiles[:, :, -1]).mean(axis=0)
        np.testing.assert_allclose(below, 0.9, atol=0.01)

    def test_ewma_quantiles_widen_with_volatility(self) -> None:
        wild = windows_of([random_walk(400, 1, 4 * self.volatility, seed=5)])
        ratio = (
            ewma_quantiles(self.windows, wild).quantiles[:, :, -1].mean()
            / ewma_quantiles(self.windows, self.windows).quantiles[:, :, -1].mean()
        )
        self.assertAlmostEqual(ratio, 4, delta=0.4)

    def test_the_reference_of_a_random_walk_is_the_normal_distribution_over_every_horizon(self) -> None:
        steps = horizon_steps(1)
        reference = np.array(ewma_reference(self.windows, steps))
        np.testing.assert_allclose(reference, np.tile([0.6745, 1.6449], (len(steps), 1)), rtol=0.2)
        unit = close_scale(self.windows.features)[:, None] * np.sqrt(steps)
        quantiles = ewma_quantiles(self.windows, self.windows).quantiles[:, :, -1]
        np.testing.assert_allclose(quantiles / unit, np.tile(reference[:, -1], (len(unit), 1)), rtol=1e-3)

    def test_costs_are_fees_and_the_spread_that_prices_jump_over(self) -> None:
        bounced = self.windows.take(np.arange(len(self.windows)))
        bounced.features[:, -1, 0] += 0.002 * np.where(np.arange(len(bounced)) % 2, 1, -1)
        self.assertAlmostEqual(round_trip_costs(bounced)[0], 2 * TAKER_FEE + 0.004, delta=0.0004)
        steady = windows_of([random_walk(3_000, 1, 1e-5, seed=4)])
        self.assertAlmostEqual(round_trip_costs(steady)[0], 2 * TAKER_FEE + SPREAD_MIN, delta=1e-5)

    def test_one_position_at_a_time_is_held_for_its_horizon(self) -> None:
        opened = one_at_a_time(self.windows, np.ones(len(self.windows), dtype=bool), 15 * 60_000)
        np.testing.assert_array_equal(np.diff(opened), 15)
        wanted = np.zeros(len(self.windows), dtype=bool)
        wanted[[3, 10, 18, 19]] = True
        np.testing.assert_array_equal(one_at_a_time(self.windows, wanted, 15 * 60_000), [3, 18])


class FiguresTest(unittest.TestCase):
    def test_the_pinball_loss_is_smallest_at_its_quantile(self) -> None:
        values = np.random.default_rng(1).normal(size=20_000)
        for level in QUANTILE_LEVELS:
            candidates = np.quantile(values, np.clip([level - 0.03, level, level + 0.03], 0.001, 0.999))
            losses = [pinball(values, candidate, level).mean() for candidate in candidates]
            self.assertEqual(int(np.argmin(losses)), 1)

    def test_probabilities_are_those_of_the_distribution(self) -> None:
        for value, expected in ((0.0, 0.5), (0.67449, 0.25), (-1.644854, 0.95), (1.644854, 0.05)):
            self.assertAlmostEqual(probability_above(NORMAL, value)[0], expected, places=5)
        # Each tail falls to a fifth over the gap between its outer two quantiles: as far as it did from 25 to 5 %.
        gap = 1.644854 - 0.674490
        self.assertAlmostEqual(probability_above(NORMAL, 1.644854 + gap)[0], 0.01)
        self.assertAlmostEqual(probability_above(NORMAL, -1.644854 - gap)[0], 0.99)
        self.assertAlmostEqual(probability_beyond(NORMAL, 1.644854)[0], 0.1, places=5)

    def test_probabilities_never_rise_with_what_is_asked_and_end_at_one_and_zero(self) -> None:
        chances = np.array([probability_above(NORMAL, value)[0] for value in np.linspace(-50, 50, 2001)])
        self.assertTrue((np.diff(chances) <= 0).all())
        self.assertAlmostEqual(chances[0], 1)
        self.assertAlmostEqual(chances[-1], 0)

    def test_the_mean_of_symmetric_quantiles_is_their_middle(self) -> None:
        shifted = Predictions(NORMAL[None] + 3, np.zeros((1, 1, 2)), np.zeros((1, 1, 2)))
        self.assertAlmostEqual(shifted.means[0, 0], 3)

    def test_ranks_of_equal_values_are_equal(self) -> None:
        np.testing.assert_array_equal(ranks(np.array([5.0, 1.0, 5.0, 9.0])), [1.5, 0, 1.5, 3])

    def test_rank_correlation_sees_order_alone(self) -> None:
        values = np.random.default_rng(2).normal(size=300)
        for other, expected in ((np.exp(values), 1), (-values, -1)):
            sums = np.array([column.sum() for column in correlation_columns(values, other)])[:, None]
            self.assertAlmostEqual(correlation_of(sums)[0], expected)
        never = np.array([column.sum() for column in correlation_columns(np.zeros(300), values)])[:, None]
        self.assertTrue(np.isnan(correlation_of(never)[0]))

    def test_the_area_under_the_curve_is_a_chance(self) -> None:
        happened = np.array([False, False, True, True])
        self.assertEqual(area_under_curve(np.array([1.0, 2, 3, 4]), happened), 1)
        self.assertEqual(area_under_curve(np.array([4.0, 3, 2, 1]), happened), 0)
        self.assertEqual(area_under_curve(np.zeros(4), happened), 0.5)
        self.assertTrue(np.isnan(area_under_curve(np.zeros(4), np.ones(4, dtype=bool))))

    def test_smooth_targets_hide_larger_correlations(self) -> None:
        noise = np.random.default_rng(3).normal(size=8_000)
        smooth = np.convolve(noise, np.ones(60), mode="same")
        one_symbol = np.zeros(len(noise), dtype=int)
        self.assertGreater(rank_noise(smooth, one_symbol, 1), 3 * rank_noise(noise, one_symbol, 1))

    def test_an_interval_holds_the_truth_about_as_often_as_it_says(self) -> None:
        held = 0
        for seed in range(60):
            random = np.random.default_rng(seed)
            hourly = np.convolve(random.normal(size=402), np.ones(3) / np.sqrt(3), mode="valid")
            rows = np.repeat(hourly, 4)
            blocks = HourBlocks(np.arange(len(rows)) * HOUR_MS // 4)
            _, low, high = blocks.interval(share_of, rows, np.ones_like(rows))
            held += low <= 0 <= high
        self.assertGreaterEqual(held, 50)

    def test_blocks_need_enough_hours(self) -> None:
        with self.assertRaisesRegex(ValueError, "too few for blocks"):
            HourBlocks(np.arange(11) * HOUR_MS)

    def test_the_network_is_shipped_for_a_gain_beyond_noise_alone(self) -> None:
        self.assertTrue(network_is_shipped(Figure(0.01, 0.001, 0.02)))
        for figure in (Figure(0.01, 0.0, 0.02), Figure(0.01, -0.001, 0.02), Figure(0.01, np.nan, np.nan)):
            self.assertFalse(network_is_shipped(figure))


if __name__ == "__main__":
    unittest.main()
