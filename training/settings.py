"""Every choice that shapes the model or its judgement. All of them are made before a run and none depends on its "
"results."""

# One window: an hour and a half of one-minute candles, and one more candle for the first previous close.
STEPS = 96
HORIZONS_MINUTES = (5, 15, 60)
QUANTILE_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
# The share of the distribution that each quantile stands for; the mean is the quantiles weighted by it.
QUANTILE_SHARES = (0.15, 0.225, 0.25, 0.225, 0.15)
# Levels of the largest rise and of the largest fall within a horizon.
EXCURSION_LEVELS = (0.5, 0.9)

# The anchor: an exponentially weighted variance of returns and of ranges. About 33 candles weigh most.
EWMA_DECAY = 0.97
# A window without movement has this variance, so that nothing is divided by zero. Its root is a hundredth of a basis
# point.
VARIANCE_FLOOR = 1e-12
# The head sees how mean variance and volume over these many candles compare with the anchor ...
CONTEXT_CANDLES = (1, 5, 15, 30, 60)
# ... and the return over these, in volatilities.
RECENT_CANDLES = (1, 5, 15)
# Added to a ratio of variances before its logarithm: a candle without movement is calm, not infinitely calm.
RATIO_FLOOR = 0.01
# Normalised values are cut here, in standard deviations: one odd candle must not dominate a prediction.
FEATURE_LIMIT = 6.0
# The head may scale the anchor by at most e to the power of this, up or down.
LOG_SCALE_LIMIT = 2.0

# The patch transformer. It is small because larger ones predicted no better on these data.
PATCH_STEPS = 16
PATCH_STRIDE = 8
WIDTH = 16
HEADS = 4
HIDDEN = 32
BLOCKS = 1
DROPOUT = 0.3

BATCH = 256
EPOCHS_MAX = 30
# Training stops after this many epochs without a smaller loss on the validation part.
PATIENCE_EPOCHS = 5
LEARNING_RATE = 1e-3
# Decays matrices, never the biases, which begin as the quantiles of the training part.
WEIGHT_DECAY = 0.3
# Moves are cut here, in volatilities of their horizon, before they are learned from.
TARGET_LIMIT = 12.0
EXCURSION_LOSS_WEIGHT = 0.3

# Walk-forward: the time is cut into equal segments; the first are for training alone, each later one is tested once.
FOLDS = 4
FIRST_TRAINING_SEGMENTS = 3
# The last part of each training part decides when to stop.
VALIDATION_SHARE = 0.15
# Left out between training and test, beyond window and horizon: what happened there may still be felt.
EMBARGO_MINUTES = 60
# All of them are shown. The first one makes the model that is shipped, and its figures are the card's.
SEEDS = (20, 21, 22)

# Windows overlap and days differ: intervals come from resampled blocks of hours, not from counting windows.
BLOCK_HOURS = 6
RESAMPLES = 2_000
RESAMPLE_SEED = 7
INTERVAL_LEVEL = 0.95
# Parts of the test time whose coverage is shown one by one.
TIME_PARTS = 8

# A new model meets the one that serves on the newest candles that neither has seen: at most and at least so many days.
CONTEST_DAYS_MAX = 4
CONTEST_DAYS_MIN = 2

# What a trade costs: two taker fees and a spread. Roll's estimate replaces the spread where it is larger.
TAKER_FEE = 0.00055
SPREAD_MIN = 0.0002
# The share of predictions that would be signals, by which `suggestedMinimumReturn` is chosen.
SIGNAL_SHARE = 0.2
# It is never less: a model that stayed at its beginning has means that are zero but for rounding.
SIGNAL_RETURN_MIN = 1e-6

# How many kinds of models were tried on the one-minute candles before these sizes were fixed. Whoever tries many finds
# one that looks good by chance, so the card says it.
CONFIGURATIONS_TRIED = 14
