"""
A small patch transformer (PatchTST with one block and one attention head) with its gradients written out, so that
training needs numpy only.

Shapes: B windows, S steps, F features, N patches of L steps (S = N * L), D width, H hidden width.
"""

from dataclasses import dataclass

import numpy as np

# Floor of a variance inside a square root: a window without movement gives a prediction near zero, not a division by 0.
VARIANCE_FLOOR = 1e-12
# Normalised features are cut here, in standard deviations: one odd candle must not dominate a prediction.
FEATURE_LIMIT = 6.0

Parameters = dict[str, np.ndarray]


@dataclass(frozen=True)
class Shape:
    """The network's sizes; `horizon_steps` scales the output from one step's volatility to the horizon's."""

    steps: int
    features: int
    patch_steps: int
    width: int
    hidden: int
    horizon_steps: int

    @property
    def patches(self) -> int:
        return self.steps // self.patch_steps


def initial_parameters(shape: Shape, random: np.random.Generator) -> Parameters:
    """Random weights; the head starts at zero, so an untrained network predicts a return of zero."""

    def dense(rows: int, columns: int) -> np.ndarray:
        return random.normal(0, 1 / np.sqrt(rows), (rows, columns))

    return {
        "patch": dense(shape.patch_steps * shape.features, shape.width),
        "position": random.normal(0, 0.02, (shape.patches, shape.width)),
        "query": dense(shape.width, shape.width),
        "key": dense(shape.width, shape.width),
        "value": dense(shape.width, shape.width),
        "mix": dense(shape.width, shape.width),
        "hidden": dense(shape.width, shape.hidden),
        "hidden_bias": np.zeros(shape.hidden),
        "out": dense(shape.hidden, shape.width),
        "head": np.zeros((shape.patches * shape.width, 1)),
    }


def normalise(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Instance normalisation: each window's features to mean 0 and deviation 1. Also each window's volatility [B]."""
    centred = windows - windows.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True) + VARIANCE_FLOOR)
    return np.clip(centred / deviation, -FEATURE_LIMIT, FEATURE_LIMIT), deviation[:, 0, 0]


def forward(parameters: Parameters, shape: Shape, normalised: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Scores [B], in volatilities of the horizon, and what `backward` needs."""
    p = parameters
    batch = len(normalised)
    patches = normalised.reshape(batch, shape.patches, -1)
    embedded = patches @ p["patch"] + p["position"]
    query, key, value = embedded @ p["query"], embedded @ p["key"], embedded @ p["value"]
    logits = query @ key.transpose(0, 2, 1) / np.sqrt(shape.width)
    exponentials = np.exp(logits - logits.max(axis=2, keepdims=True))
    attention = exponentials / exponentials.sum(axis=2, keepdims=True)
    context = attention @ value
    mixed = embedded + context @ p["mix"]
    activated = np.tanh(mixed @ p["hidden"] + p["hidden_bias"])
    final = mixed + activated @ p["out"]
    scores = (final.reshape(batch, -1) @ p["head"])[:, 0]
    return scores, {
        "patches": patches,
        "embedded": embedded,
        "query": query,
        "key": key,
        "value": value,
        "attention": attention,
        "context": context,
        "mixed": mixed,
        "activated": activated,
        "final": final,
    }


def backward(parameters: Parameters, shape: Shape, c: dict[str, np.ndarray], d_scores: np.ndarray) -> Parameters:
    """Gradients of a loss whose derivative by the scores is `d_scores` [B]; `c` comes from `forward`."""
    p = parameters
    batch = len(d_scores)

    def weight_gradient(inputs: np.ndarray, d_outputs: np.ndarray) -> np.ndarray:
        return inputs.reshape(-1, inputs.shape[-1]).T @ d_outputs.reshape(-1, d_outputs.shape[-1])

    d_final = (d_scores[:, None] * p["head"][:, 0]).reshape(batch, shape.patches, shape.width)
    d_hidden = (d_final @ p["out"].T) * (1 - c["activated"] ** 2)
    d_mixed = d_final + d_hidden @ p["hidden"].T
    d_context = d_mixed @ p["mix"].T
    d_attention = d_context @ c["value"].transpose(0, 2, 1)
    d_value = c["attention"].transpose(0, 2, 1) @ d_context
    d_logits = c["attention"] * (d_attention - (d_attention * c["attention"]).sum(axis=2, keepdims=True))
    d_logits /= np.sqrt(shape.width)
    d_query = d_logits @ c["key"]
    d_key = d_logits.transpose(0, 2, 1) @ c["query"]
    d_embedded = d_mixed + d_query @ p["query"].T + d_key @ p["key"].T + d_value @ p["value"].T
    return {
        "patch": weight_gradient(c["patches"], d_embedded),
        "position": d_embedded.sum(axis=0),
        "query": weight_gradient(c["embedded"], d_query),
        "key": weight_gradient(c["embedded"], d_key),
        "value": weight_gradient(c["embedded"], d_value),
        "mix": weight_gradient(c["context"], d_mixed),
        "hidden": weight_gradient(c["mixed"], d_hidden),
        "hidden_bias": d_hidden.sum(axis=(0, 1)),
        "out": weight_gradient(c["activated"], d_final),
        "head": c["final"].reshape(batch, -1).T @ d_scores[:, None],
    }


def predict_returns(parameters: Parameters, shape: Shape, windows: np.ndarray) -> np.ndarray:
    """Log returns over the horizon [B]: the score times the window's volatility, scaled to the horizon."""
    normalised, volatility = normalise(windows)
    scores, _ = forward(parameters, shape, normalised)
    return scores * volatility * np.sqrt(shape.horizon_steps)


class Adam:
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    def __init__(self, parameters: Parameters, learning_rate: float, weight_decay: float) -> None:
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        self.first = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.second = {name: np.zeros_like(value) for name, value in parameters.items()}

    def update(self, parameters: Parameters, gradients: Parameters) -> None:
        """Changes the parameters in place by one step."""
        self.steps += 1
        for name, gradient in gradients.items():
            self.first[name] = 0.9 * self.first[name] + 0.1 * gradient
            self.second[name] = 0.999 * self.second[name] + 0.001 * gradient**2
            first = self.first[name] / (1 - 0.9**self.steps)
            second = self.second[name] / (1 - 0.999**self.steps)
            parameters[name] -= self.learning_rate * (
                first / (np.sqrt(second) + 1e-8) + self.weight_decay * parameters[name]
            )
