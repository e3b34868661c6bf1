/**
 * Positions and risk of a product under test in the shape of a configuration file: no position and no bound of risk forbids an
 * entry, so that what is measured or attacked is everything else.
 */
export const UNBOUNDED_RISK = {
  positions: { adds: 1_000_000, onOpposite: 'net' },
  risk: {
    orderValueMax: null,
    priceBandFraction: null,
    perSymbol: null,
    total: null,
    groups: {},
    positionsMax: null,
    entriesPerMinute: null,
    entriesPerDay: null,
    dailyLossFraction: null,
    drawdownFraction: null,
    lossStreak: null,
    coolDownMinutes: 0,
    coolDownAfterStopMinutes: 0,
  },
} as const;
