import type { EndpointName } from '../http/route';

interface FaultClassDefinition {
  /** Where it makes sense; absent: everywhere. */
  readonly endpoints?: readonly EndpointName[];
  /**
   * Too weighty to be one of many: it comes besides the plan's rate, to about this share of the requests to its
   * endpoints, and is drawn with dice of its own. The mixtures of all other classes do not depend on it.
   */
  readonly occasional?: number;
}

/** Every way in which the paper venue can misbehave. */
const FAULT_CLASSES = {
  /** Carried out, never answered. */
  accept_then_time_out: { endpoints: ['order_create', 'order_cancel', 'trading_stop'] },
  /** Carried out, then the connection is reset. */
  accept_then_reset: { endpoints: ['order_create', 'order_cancel', 'trading_stop'] },
  /** Not carried out, never answered. */
  drop: {},
  /** The connection is reset at once; what it asked for is done later, still within its receive window. */
  late_acceptance: { endpoints: ['order_create', 'trading_stop'] },
  /** The network delivers the request twice; the client sees the answer to the second. */
  duplicate_delivery: { endpoints: ['order_create', 'order_cancel', 'trading_stop'] },
  /** A part fills at once and the rest later. */
  partial_fill: { endpoints: ['order_create'] },
  /** 500, 502, 503 or 504 with an HTML page, carried out or not. */
  gateway_error: {},
  /** 429, 403 or 418, with and without headers; not carried out. */
  throttled: {},
  /** The venue's codes for "something went wrong here", carried out or not. */
  server_error_code: { endpoints: ['order_create', 'order_cancel', 'trading_stop'] },
  /** Complete by its length, but the JSON ends in the middle. */
  truncated_json: {},
  /** Readable JSON that is not what was promised: missing retCode, wrong types, unknown values. */
  wrong_json: {},
  /** Headers and half a body, then nothing. */
  stalled_body: {},
  /** Headers and half a body, then a reset. */
  body_cut_off: {},
  /** The connection is reset before anything is carried out. */
  connection_reset: {},
  /** The body arrives a few bytes at a time. */
  slow_bytes: {},
  /** Young orders are missing from this answer, though another query shows them. */
  hidden_young_orders: { endpoints: ['order_realtime', 'order_history'] },
  /** Young orders appear without their fills. */
  stale_young_orders: { endpoints: ['order_realtime'] },
  /** The venue's clock steps for a while. */
  clock_step: {},
  /** The key is refused for a while, and the private stream that it opened ends. */
  key_revoked: {},
  /** An order appears that nobody here sent. */
  external_order: {},
  /** The order is acknowledged and never exists: it is in no list and fills nothing. Its client id stays used. */
  vanish_after_ack: { endpoints: ['order_create'], occasional: 0.04 },
  /** The order is acknowledged and rejected afterwards: it is in the lists, and fills nothing. */
  reject_after_ack: { endpoints: ['order_create'], occasional: 0.04 },
  /** A market order ends with a part of it filled, or nothing. */
  ioc_rest: { endpoints: ['order_create'], occasional: 0.04 },
  /** For a while what the order trades is about to be delisted, or does not trade. */
  status_change: { endpoints: ['order_create'], occasional: 0.004 },
  /** For a while no order is taken. Nobody announced it. */
  maintenance: { endpoints: ['order_create'], occasional: 0.002 },
  /** Rows as real venues have them beside what was asked for: nulls, unknown words, others' orders, coins and symbols, two rows of one id. */
  odd_rows: {
    endpoints: [
      'instruments_info',
      'tickers',
      'wallet_balance',
      'order_realtime',
      'order_history',
      'execution_list',
      'position_list',
      'transaction_log',
      'closed_pnl',
    ],
    occasional: 0.03,
  },
  /** The venue liquidates an open position, its orders first. */
  liquidation: { endpoints: ['position_list'], occasional: 0.004 },
  /** The venue reduces an open position, or closes it, in favour of somebody else's bankruptcy. */
  adl: { endpoints: ['position_list'], occasional: 0.004 },
  /** A person closes an open position, or a part of it, on the venue's pages. */
  manual_close: { endpoints: ['position_list'], occasional: 0.006 },
  /** A person makes an open position larger on the venue's pages, by the smallest order. */
  manual_add: { endpoints: ['position_list'], occasional: 0.006 },
  /** Carried out; soon afterwards no query knows the order any more, for good or for a while. */
  forgets_closed_orders: { endpoints: ['order_cancel'], occasional: 0.3 },
  /** Every request is refused for a while, by HTTP 403 with Retry-After. */
  ban: { occasional: 0.001 },
  /** The time in one answer is an hour off, or ten years ahead. */
  clock_leap: { occasional: 0.001 },
  /** The order says that it brings a stop, and the stop never comes; nor the target, by variant. */
  attached_stop_lost: { endpoints: ['order_create'], occasional: 0.01 },
  /** Soon afterwards a position has lost its stop, or all of its stops, without a word. */
  stop_cleared: { endpoints: ['position_list'], occasional: 0.01 },
  /** A change of stops is refused, whatever it was: the price has passed, there is no position, nothing to modify, an error. */
  stop_refused: { endpoints: ['trading_stop'], occasional: 0.1 },
  /** The stops that this request brings are carried out late when they are set off. */
  stop_late: { endpoints: ['order_create', 'trading_stop'], occasional: 0.01 },
  /** The stops that this request brings find only a part when they are set off, and end with it. */
  stop_fills_partly: { endpoints: ['order_create', 'trading_stop'], occasional: 0.01 },
  /** Positions that have just changed are shown as they were before that. */
  position_stale: { endpoints: ['position_list'], occasional: 0.03 },
  /** Positions that have just changed are missing, or all of them, by variant; never in two answers in a row. */
  position_hidden: { endpoints: ['position_list'], occasional: 0.02 },
} as const satisfies Readonly<Record<string, FaultClassDefinition>>;

export type FaultClass = keyof typeof FAULT_CLASSES;

export const FAULT_CLASS_NAMES = Object.keys(FAULT_CLASSES) as readonly FaultClass[];

/** The classes that share a plan's rate. */
export const USUAL_FAULT_CLASSES = FAULT_CLASS_NAMES.filter((name) => occasionalShare(name) === undefined);

/** The classes that come besides it. */
export const OCCASIONAL_FAULT_CLASSES = FAULT_CLASS_NAMES.filter((name) => occasionalShare(name) !== undefined);

/** How one fault happens. Only what its class uses matters. */
export interface FaultDetails {
  /** Whether the request is carried out although its answer is lost or wrong. */
  readonly accepted: boolean;
  /** How long the fault lasts, or until the late part happens, milliseconds. */
  readonly delayMs: number;
  /** What fills at once of a partial fill, 0 to 1. */
  readonly share: number;
  /** Picks one of a class's variants: the status, the code, the way of being wrong. */
  readonly variant: number;
}

/** One decided fault. */
export interface Fault extends FaultDetails {
  readonly class: FaultClass;
}

export function appliesTo(faultClass: FaultClass, endpoint: EndpointName): boolean {
  const { endpoints }: FaultClassDefinition = FAULT_CLASSES[faultClass];
  return endpoints === undefined || endpoints.includes(endpoint);
}

/** The share of requests that an occasional class usually meets, 0 to 1; undefined: it shares the plan's rate. */
export function occasionalShare(faultClass: FaultClass): number | undefined {
  const { occasional }: FaultClassDefinition = FAULT_CLASSES[faultClass];
  return occasional;
}
