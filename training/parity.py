"""The written file against the network that was trained: what the product runs must be what was judged."""

import numpy as np
import onnxruntime

from .onnx_export import INPUT_NAME, SCALE_NAME, output_sizes
from .predictions import Predictions
from .settings import HORIZONS_MINUTES

# Outputs may differ by this much at all, and by this share of the row's scale.
ABSOLUTE_TOLERANCE = 1e-7
SCALE_TOLERANCE = 1e-4


def run_file(content: bytes, features: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs of a model's file by name, one thread as in the product."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = list(output_sizes())
    return dict(zip(names, session.run(names, {INPUT_NAME: features.astype(np.float32)}), strict=True))


def named_outputs(predictions: Predictions, scale: np.ndarray) -> dict[str, np.ndarray]:
    """Predictions under the names of the file's outputs."""
    outputs = {SCALE_NAME: scale}
    for index, minutes in enumerate(HORIZONS_MINUTES):
        outputs[f"returns_{minutes}m"] = predictions.means[:, index]
        outputs[f"quantiles_{minutes}m"] = predictions.quantiles[:, index]
        outputs[f"rise_{minutes}m"] = predictions.rises[:, index]
        outputs[f"fall_{minutes}m"] = predictions.falls[:, index]
    return outputs


def require_parity(actual: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> tuple[float, float]:
    """
    The largest difference and the largest in scales of its row. Raises ValueError, naming the output, when one is
    beyond ABSOLUTE_TOLERANCE or SCALE_TOLERANCE, or no number.
    """
    scale = expected[SCALE_NAME]
    largest, largest_scaled = 0.0, 0.0
    for name, values in expected.items():
        difference = np.abs(actual[name].astype(np.float64) - values)
        scaled = (difference.T / scale).T
        if not ((difference <= ABSOLUTE_TOLERANCE) & (scaled <= SCALE_TOLERANCE)).all():
            raise ValueError(
                f"the file's {name} differs from the network's by {difference.max():.2e}, {scaled.max():.2e} of the "
                "scale"
            )
        largest, largest_scaled = max(largest, difference.max()), max(largest_scaled, scaled.max())
    return float(largest), float(largest_scaled)
