"""Out-of-sample figures against the predictor that always says zero, and the threshold for signals."""

import numpy as np

from features import window_features
from network import Parameters, Shape, predict_returns
from simulation import simulated_candles

# The simulated market of the threshold: symbols with volatilities spread evenly over this range per candle.
SIMULATED_SYMBOLS = 12
SIMULATED_VOLATILITY = (0.0005, 0.0015)
SIMULATED_CANDLES = 1_500
# The share of predictions that become signals: 12 symbols give about 2.4 signals per candle.
SIGNAL_SHARE = 0.2


def figures(predicted: np.ndarray, actual: np.ndarray, horizon_steps: int) -> dict[str, float | int]:
    """
    R squared against the zero predictor, sign accuracy and correlation. Windows overlap, so that only one in
    `horizon_steps` is independent: the standard error of the accuracy counts those.
    """
    moved = actual != 0
    accuracy = float((np.sign(predicted[moved]) == np.sign(actual[moved])).mean())
    independent = max(1, int(moved.sum()) // horizon_steps)
    return {
        "windows": len(actual),
        "independentWindows": independent,
        "rSquaredAgainstZero": round(float(1 - ((actual - predicted) ** 2).sum() / (actual**2).sum()), 5),
        "signAccuracy": round(accuracy, 4),
        "signAccuracyStandardError": round(float(np.sqrt(0.25 / independent)), 4),
        "correlation": round(float(np.corrcoef(predicted, actual)[0, 1]), 4),
    }


def simulated_predictions(parameters: Parameters, shape: Shape, seed: int) -> dict[float, np.ndarray]:
    """The predictions on the simulated market, by the symbol's volatility."""
    random = np.random.default_rng(seed)
    predictions = {}
    for volatility in np.linspace(*SIMULATED_VOLATILITY, SIMULATED_SYMBOLS):
        candles = simulated_candles(random, SIMULATED_CANDLES, volatility, 100.0)
        windows = np.array(
            [window_features(candles[end - shape.steps : end + 1]) for end in range(shape.steps, len(candles))]
        )
        predictions[float(volatility)] = predict_returns(parameters, shape, windows)
    return predictions


def suggested_minimum_return(predictions: dict[float, np.ndarray]) -> float:
    """The size that SIGNAL_SHARE of all simulated predictions exceed, to two digits."""
    sizes = np.abs(np.concatenate(list(predictions.values())))
    return float(f"{np.quantile(sizes, 1 - SIGNAL_SHARE):.1e}")
