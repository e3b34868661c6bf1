"""The loss of quantiles. Plain arithmetic, so that numpy judges with what the network learns by."""


def pinball(actual, predicted, level):
    """
    The pinball loss of a quantile, by element: its mean is smallest where a share `level` of the actual values is
    below. Takes numbers or arrays of any library.
    """
    error = actual - predicted
    return error * (level - (error < 0))
