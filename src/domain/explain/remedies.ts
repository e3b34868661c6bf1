import type { DenialCode } from '../denial';
import type { GateName } from './types';

/** What a refusal says. */
interface CodeMeaning {
  /** Which gate refuses with it. */
  readonly gate: GateName;
  /** What a person does about it, one sentence. docs/denial-codes.md says more. */
  readonly remedy: string;
}

const SEND_LATER = 'Send the same signal again, with the same timestamp, when the answer says so.';
const RESUME = 'Resume trading (oncefill resume), then send a new signal.';

/** What each code means. docs/denial-codes.md explains them at length. */
export const CODE_MEANINGS: Readonly<Record<DenialCode, CodeMeaning>> = {
  INVALID_SIGNAL: { gate: 'valid', remedy: 'Correct the field that the message names.' },
  STALE_SIGNAL: { gate: 'fresh', remedy: "Send signals sooner, or correct the sender's clock and time zone." },
  SIGNAL_FROM_FUTURE: { gate: 'fresh', remedy: "Correct the sender's clock, or this machine's." },
  ENVIRONMENT_MISMATCH: { gate: 'admitted', remedy: 'Give every environment a namespace of its own.' },
  SIGNAL_NOT_GENUINE: {
    gate: 'valid',
    remedy: 'Send signals through the API or the command line, and look at who reaches the Temporal server.',
  },
  UNKNOWN_VENUE: { gate: 'admitted', remedy: 'Send it with the configuration of the installation that trades there.' },
  UNKNOWN_SYMBOL: {
    gate: 'admitted',
    remedy: 'Correct the symbol, or add it to the symbols of the venue and restart.',
  },
  UNKNOWN_STRATEGY: {
    gate: 'admitted',
    remedy: 'Correct the name of the strategy, or add it to signals.strategies and restart.',
  },
  STRATEGY_BUDGET: {
    gate: 'admitted',
    remedy: `${SEND_LATER} The bounds are signals.perStrategyBurst, signals.perStrategyPerMinute and signals.newStrategiesPerMinute.`,
  },
  SIGNAL_BUDGET: { gate: 'admitted', remedy: `${SEND_LATER} The bounds are signals.burst and signals.perMinute.` },
  TOO_MANY_SIGNALS: { gate: 'admitted', remedy: `${SEND_LATER} The bound is signals.openMax.` },
  DISK_LOW: { gate: 'admitted', remedy: 'Make room on the disk of the data folder.' },
  BELOW_MINIMUM: { gate: 'sized', remedy: 'Send a larger amount.' },
  ABOVE_MAXIMUM: { gate: 'sized', remedy: 'Send a smaller amount, or several signals.' },
  INSUFFICIENT_FUNDS: { gate: 'funded', remedy: 'Add funds, or send a smaller order.' },
  PRICE_MOVED: {
    gate: 'permitted',
    remedy: 'Send a new signal; if that is often so, raise sizing.safetyMargin or send fewer signals at once.',
  },
  RATE_LIMIT_EXCEEDED: { gate: 'permitted', remedy: 'Send fewer signals at once, or give them a longer time to live.' },
  TRADING_HALTED: { gate: 'trading_state', remedy: RESUME },
  REDUCE_ONLY: { gate: 'trading_state', remedy: RESUME },
  SIGNAL_EXPIRED: {
    gate: 'permitted',
    remedy: 'Mend what it waited for, or give signals a longer time to live (signals.timeToLiveSeconds).',
  },
  CANCELLED_BY_USER: { gate: 'permitted', remedy: 'Send a new signal if it is wanted after all.' },
  VENUE_UNAVAILABLE: {
    gate: 'sized',
    remedy: 'Look at what the venue says (oncefill status, oncefill venue check), then send a new signal.',
  },
  NO_BALANCE_KNOWN: {
    gate: 'funded',
    remedy: "It waits for the venue's first report of balances; look at oncefill status if that does not come.",
  },
  BALANCES_OUTDATED: {
    gate: 'funded',
    remedy: "It waits for the venue's next report of balances; look at oncefill status if that does not come.",
  },
  TOO_MANY_RESERVATIONS: { gate: 'trading_state', remedy: 'Wait until orders end, then send a new signal.' },
  SIGNAL_ENDED: { gate: 'unique', remedy: 'Send a new signal, with a new time.' },
  NO_STOP: { gate: 'sized', remedy: 'Send a stop (stop_loss or stop_loss_distance), or configure protection.' },
  STOP_INVALID: { gate: 'sized', remedy: 'Correct the stop or the target, as the message says.' },
  STOP_BEYOND_LIQUIDATION: { gate: 'sized', remedy: 'Put the stop nearer, or use less leverage.' },
  ORDER_TOO_LARGE: { gate: 'sized', remedy: 'Send a smaller order, or raise risk.orderValueMax.' },
  PRICE_OUT_OF_BAND: { gate: 'sized', remedy: 'Correct the limit price, or widen risk.priceBandFraction.' },
  LEVERAGE_TOO_HIGH: { gate: 'sized', remedy: 'Lower venues.*.leverage, or trade another symbol.' },
  POSITION_EXISTS: { gate: 'risk', remedy: 'Wait until the position is closed, or raise positions.adds.' },
  OPPOSITE_POSITION: {
    gate: 'risk',
    remedy: 'Close the position first (oncefill position close), or set positions.onOpposite to exit.',
  },
  POSITION_FOREIGN: { gate: 'risk', remedy: 'Find out who opened the position; once it is closed, entries go on.' },
  POSITION_TOO_LARGE: { gate: 'risk', remedy: 'Send a smaller amount, or raise risk.perSymbol.' },
  EXPOSURE_LIMIT: { gate: 'risk', remedy: 'Close something, send a smaller amount, or raise risk.total.' },
  GROUP_EXPOSURE_LIMIT: { gate: 'risk', remedy: 'Close something of the group, or raise its limit in risk.groups.' },
  TOO_MANY_POSITIONS: {
    gate: 'risk',
    remedy: 'Close a position, or raise risk.positionsMax; where the model holds them, oncefill ml pause leaves room.',
  },
  TOO_MANY_ENTRIES: { gate: 'risk', remedy: 'Send fewer entries, or raise the bound that the message names.' },
  DAILY_LOSS_LIMIT: { gate: 'risk', remedy: 'Entries are taken again on the next day; oncefill risk tells.' },
  DRAWDOWN_LIMIT: {
    gate: 'risk',
    remedy: 'Look at what happened, and run oncefill resume when trading is to go on: nothing else ends it.',
  },
  LOSS_STREAK: { gate: 'risk', remedy: 'Wait until the pause is over; oncefill risk tells until when.' },
  COOLING_DOWN: { gate: 'risk', remedy: 'Wait until the cool-down is over; oncefill risk tells until when.' },
  PROTECTION_PENDING: { gate: 'risk', remedy: 'Send a new signal once the stop of the position is in place.' },
  RISK_UNKNOWN: {
    gate: 'risk',
    remedy: "It waits for the venue's next report, as the message says; look at oncefill status if that does not come.",
  },
};

/** What a person does about a refusal; undefined: the code is not known here. */
export function remedyOf(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(CODE_MEANINGS, code)
    ? CODE_MEANINGS[code as DenialCode].remedy
    : undefined;
}
