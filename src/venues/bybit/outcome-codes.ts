import type { OutcomeKind } from '../../domain/outcome';

type CodeTable = ReadonlyMap<string, OutcomeKind>;

function codeTable(rows: Partial<Record<OutcomeKind, readonly number[]>>): CodeTable {
  const kinds = Object.keys(rows) as OutcomeKind[];
  return new Map(
    kinds.flatMap((kind) => (rows[kind] ?? []).map((code): [string, OutcomeKind] => [String(code), kind])),
  );
}

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
    10003, 10004, 10007, 10008, 10009, 33004,
    // Permission, address not allowed, not a unified account, compliance, trading banned, account type, symbol list.
    10005, 10010, 10020, 10024, 10027, 10028, 10029,
  ],
  // Parameter errors and unknown routes.
  REJECTED: [10001, 10017],
});

/** Codes of `POST /v5/order/create`. What is not listed here or above proves nothing: UNKNOWN. */
export const PLACE_ORDER_CODES: CodeTable = codeTable({
  // The client id is taken: derivatives, order id, spot, older spot and derivatives codes.
  DUPLICATE: [110072, 110030, 170141, 12141, 30001],
  // Too many new orders in a period.
  RATE_LIMITED: [170005],
  REJECTED: [
    // Not enough balance or margin.
    110004, 110006, 110007, 110012, 110014, 110044, 110045, 110051, 110052, 110053, 130021, 131212, 170033, 170131,
    30010, 30031,
    // Price, quantity and value rules.
    110003, 110094, 12137, 130006, 170124, 170132, 170133, 170134, 170135, 170136, 170137, 170140, 170148, 170192,
    170193, 170194, 30003, 30004, 30005, 30007,
    // Too many active orders, position or risk limits, reduce-only rules, open interest.
    110009, 110011, 110016, 110017, 110020, 110021, 110022, 110023, 110040, 110042,
    // Illegal or unsupported orders and symbols.
    110032, 110057, 110070, 110092, 110093, 170115, 170116, 170117, 170121, 170151, 170157, 170210, 170217, 170218,
    20003, 20004, 20005, 20006, 20010, 30008,
    // Settlement in progress; no trading at the current time.
    110063, 110066,
    // Symbol not available in this region.
    170209,
  ],
  // Listed although it is the default, because ccxt gives some of them classes that sound final: server timeout, server
  // error, service restarting, backend timeout, network error, creation timeout, order processing, duplicate request
  // (the first one may still be on its way), and failed creation without a reason.
  UNKNOWN: [5004, 10000, 10014, 10016, 10019, 10404, 110079, 148001, 170007, 170032, 170146, 170149, 170810],
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
