/** What of a signal an alert may say, as the configuration and `parseSignal` spell it. */
export const SIGNAL_FIELDS = [
  'symbol',
  'direction',
  'strategy',
  'timestamp',
  'intent',
  'amount',
  'limitPrice',
  'timeInForce',
  'goodForSeconds',
  'stopLoss',
  'stopLossDistance',
  'takeProfit',
  'takeProfitDistance',
  'trailingDistance',
  'maxHoldingSeconds',
  'signalStrength',
] as const;
export type SignalField = (typeof SIGNAL_FIELDS)[number];

/** What an alert may say beside: how much its sender holds after it, and held before: long, short or flat. */
export const POSITION_FIELDS = ['marketPosition', 'priorMarketPosition'] as const;
export type HookField = SignalField | (typeof POSITION_FIELDS)[number];

/** CLOSE: all of the symbol's position, whatever side it is of. */
export const DIRECTION_MEANINGS = ['BUY', 'SELL', 'CLOSE'] as const;
export type DirectionMeaning = (typeof DIRECTION_MEANINGS)[number];

export const DIRECTION_WORDS: Readonly<Record<string, DirectionMeaning>> = {
  buy: 'BUY',
  long: 'BUY',
  sell: 'SELL',
  short: 'SELL',
  close: 'CLOSE',
  exit: 'CLOSE',
  flat: 'CLOSE',
};

/**
 * What the time of an alert is: the moment in which it fired; the opening of its bar, whose close is the signal's time; or none,
 * and the signal's time is that of its arrival.
 */
export const TIMESTAMP_MEANINGS = ['fired', 'barOpen', 'arrival'] as const;

/**
 * What a change from long to short (or back) in one alert is: an entry of the new side, of which positions.onOpposite says what it
 * does; the end of the position and no more; or nothing that is taken.
 */
export const REVERSAL_MEANINGS = ['entry', 'close', 'refuse'] as const;

/** How the alerts of one source become signals. */
export interface AlertMapping {
  /** Where each field stands in the body: texts that `parseBodyPath` reads. */
  readonly fields: Readonly<Partial<Record<HookField, string>>>;
  /** What each alert of this source has, whatever its body says. */
  readonly constants: Readonly<Partial<Record<SignalField, string>>>;
  /** Fields that an alert may lack. */
  readonly optional: readonly HookField[];
  /** The symbols of others and ours; asked before and after prefixes and suffixes are taken off. */
  readonly symbols: Readonly<Record<string, string>>;
  /** The first one that fits is taken off. */
  readonly stripPrefixes: readonly string[];
  readonly stripSuffixes: readonly string[];
  /** By words in lower case. */
  readonly directionWords: Readonly<Record<string, DirectionMeaning>>;
  readonly strategyPrefix: string;
  readonly onReversal: (typeof REVERSAL_MEANINGS)[number];
  readonly timestampIs: (typeof TIMESTAMP_MEANINGS)[number];
}
