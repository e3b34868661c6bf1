import { codeTable } from '../code-table';
import type { CodeTable } from '../code-table';
import { UNRELATED_CODES } from './unrelated-codes';

/**
 * Codes with one meaning on every Bybit V5 endpoint: they are given before the request reaches the matching engine.
 * Source: Bybit's error page, and ccxt 4.5.84's notes on each code.
 */
export const REQUEST_CODES: CodeTable = codeTable({
  // The timestamp is outside the receive window.
  NOT_PLACED: [10002],
  // 10006: per account and endpoint. 429, 10429: the venue's own protection under high load. 170222: too many requests.
  RATE_LIMITED: [429, 10006, 10429, 170222],
  // Retired by the venue, which used it for the limit per address; should it come back it means a ban.
  BANNED: [10018],
  FATAL: [
    // Key unknown, bad signature, key missing, account banned, region refused, key expired.
    10003, 10004, 10007, 10008, 10009, 33004, -2015,
    // Permission, address not allowed, not a unified account, compliance, trading banned, account type, symbol list.
    10005, 10010, 10020, 10024, 10027, 10028, 10029,
    // Not for unified accounts.
    100028,
  ],
  // Parameter errors and unknown routes.
  REJECTED: [10001, 10017],
});

/** What is set already is no failure. */
export const LEVERAGE_IS_THE_SAME = 110043;

/** Too little position for stops, a partly filled order, Full mode, more than twenty of them. */
const STOP_CHANGE_CODES: readonly number[] = [110058, 110059, 110060, 110061];

/** Codes that an order may be answered with and that do not say whether it exists. */
const UNPROVEN_CODES: readonly number[] = [
  // ccxt gives some of these classes that sound final: server timeout, server error, service restarting, backend timeout,
  // network error, creation timeout, order processing, duplicate request (the first one may still be on its way), and
  // failed creation without a reason.
  5004,
  10000,
  10014,
  10016,
  10019,
  10404,
  110079,
  148001,
  170007,
  170032,
  170146,
  170149,
  // Internal errors of any request; "submitted"; a position in a wrong state.
  170001,
  170234,
  3400214,
  170035,
  110005,
  // Two meanings: a parameter of an older interface, and a session's limit or a repeated request id.
  20003,
  20006,
  // Leverage, limits and margin, in words that fit setting them as well as ordering.
  110013,
  110087,
  30135,
  30136,
  110039,
  182011,
  3200320,
  // Stops and targets, in words that fit changing those of an order or a position as well as ordering with them.
  ...STOP_CHANGE_CODES,
  // A leg of an order of several legs, which we do not send.
  110116,
];

/** Not enough balance or margin for an order. */
const NO_FUNDS_CODES: readonly number[] = [
  110004, 110006, 110007, 110012, 110014, 110044, 110045, 110051, 110052, 110053, 130021, 131212, 170033, 170131, 30010,
  30031,
];

/** The same as texts. */
export const FUNDS_REFUSALS: ReadonlySet<string> = new Set(NO_FUNDS_CODES.map(String));

/**
 * Codes of `POST /v5/order/create`. What is not listed here or above proves nothing: UNKNOWN. Every code that the venue
 * documents is listed on purpose; REJECTED frees the funds, so it needs a text that leaves no room for an order.
 */
export const PLACE_ORDER_CODES: CodeTable = codeTable({
  // The client id is taken: derivatives, order id, spot, older spot and derivatives codes.
  DUPLICATE: [110072, 110030, 170141, 12141, 30001],
  // Too many new orders in a period.
  RATE_LIMITED: [170005],
  // Nothing more is accepted until a person acts: account upgrade (wanted, under way), trading terms (of the venue, of a
  // contract), cooling-off period, region.
  FATAL: [110088, 3100197, 110123, 110125, 110124, 110132],
  REJECTED: [
    ...NO_FUNDS_CODES,
    // Price, quantity and value rules.
    110003,
    110094,
    12137,
    130006,
    170124,
    170132,
    170133,
    170134,
    170135,
    170136,
    170137,
    170140,
    170148,
    170192,
    170193,
    170194,
    30208,
    30209,
    110118,
    110120,
    110121,
    30003,
    30004,
    30005,
    30007,
    // Too many active orders, position or risk limits, reduce-only rules, open interest.
    110009,
    110011,
    110016,
    110017,
    110020,
    110021,
    110022,
    110023,
    110040,
    110042,
    110046,
    110085,
    110086,
    110089,
    110090,
    3400139,
    170810,
    30228,
    // Loans: symbols that they exclude, margin that they leave, liquidation.
    30133,
    30134,
    30256,
    110069,
    110080,
    110131,
    // Illegal or unsupported orders and symbols.
    110032,
    110057,
    110070,
    110092,
    110093,
    170115,
    170116,
    170117,
    170121,
    170151,
    170157,
    170210,
    170217,
    170218,
    20004,
    20005,
    20010,
    30008,
    110067,
    110068,
    110103,
    110108,
    110109,
    110119,
    170346,
    3200403,
    // Settlement in progress; no trading at the current time; contract not live.
    110063,
    110066,
    110074,
    // Pre-market contracts and event futures.
    110095,
    110096,
    110097,
    110098,
    110099,
    110100,
    110135,
    110136,
    110137,
    // Symbol not available in this region.
    170209,
  ],
  UNKNOWN: [...UNPROVEN_CODES, ...UNRELATED_CODES],
});

/** Codes of `POST /v5/order/cancel`. REJECTED: there was nothing to cancel. */
export const CANCEL_ORDER_CODES: CodeTable = codeTable({
  // Absent, finished, already cancelled; spot: absent, filled, cancelled, finished.
  REJECTED: [110001, 110008, 110010, 170213, 170139, 170142, 170190, 20001, 30032, 30034, 30037],
  // The order is being processed, or the venue says to try again.
  NOT_PLACED: [110079, 170191],
  RATE_LIMITED: [30035],
  UNKNOWN: [5004, 10000, 10016, 10019, 170007, 170032, 170147, 170150],
});

/**
 * Codes of `POST /v5/position/trading-stop`. REJECTED: nothing was changed, and asking again changes nothing. Setting the same
 * twice does no harm, so that whatever is not listed may be asked again once the position was read.
 */
export const TRADING_STOP_CODES: CodeTable = codeTable({
  // A cooling-off period, region, trading terms.
  FATAL: [110124, 110132, 110123, 110125],
  REJECTED: [
    // The same already; no position; the price was passed.
    34040,
    110017,
    110092,
    110093,
    // Too many stops; what stops may not be.
    110009,
    110057,
    ...STOP_CHANGE_CODES,
    // Price rules; no price for a market order.
    110003,
    110118,
    110120,
    110121,
    30208,
    30209,
    // It would be liquidated; limits of positions, of risk, of open interest, of a contract that may only be reduced.
    110011,
    110040,
    110046,
    110021,
    110023,
    110042,
    110086,
    110089,
    110090,
    3400139,
  ],
  UNKNOWN: [5004, 10000, 10014, 10016, 10019, 10404, 110079, 148001],
});

/**
 * Codes of `POST /v5/position/set-leverage`. REJECTED: the venue does not set it, and asking again changes nothing. What is not
 * listed proves nothing, and is asked again: a server that fails for a moment must not refuse a start.
 */
export const LEVERAGE_CODES: CodeTable = codeTable({
  // Account upgrade (wanted, under way), trading terms, cooling-off period, region.
  FATAL: [110088, 3100197, 110123, 110125, 110124, 110132],
  REJECTED: [
    LEVERAGE_IS_THE_SAME,
    // Risk limits, margin modes, maintenance margin, liquidation.
    110013,
    110036,
    110038,
    110039,
    110046,
    110077,
    110086,
    110089,
    110090,
    // Loans.
    30135,
    30136,
    110080,
    110087,
    3200320,
    // Not enough for the margin.
    ...NO_FUNDS_CODES,
    // Symbols that the account does not have, or that do not trade.
    110037,
    110074,
  ],
  UNKNOWN: [5004, 10000, 10014, 10016, 10019, 10404, 110073, 110079, 3400214],
});
