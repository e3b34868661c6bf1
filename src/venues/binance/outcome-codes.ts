import type { OutcomeKind } from '../../domain/outcome';

/** Spot, and perpetuals margined in USD (USD-M). */
export type BinanceMarket = 'spot' | 'usdm';

type CodeTable = ReadonlyMap<string, OutcomeKind>;

function codeTable(rows: Partial<Record<OutcomeKind, readonly number[]>>): CodeTable {
  const kinds = Object.keys(rows) as OutcomeKind[];
  return new Map(
    kinds.flatMap((kind) => (rows[kind] ?? []).map((code): [string, OutcomeKind] => [String(code), kind])),
  );
}

/**
 * Codes with one meaning on every endpoint. -2010 is decided by its text and is not listed.
 * Source: Binance's spot error page; its exact texts are what ccxt 4.5.84 relies on too.
 */
export const REQUEST_CODES: CodeTable = codeTable({
  // The timestamp is outside the receive window.
  NOT_PLACED: [-1021],
  // -1003: weight of the address. -1015: orders of the account.
  RATE_LIMITED: [-1003, -1015],
  // Not authorised, bad signature, malformed key; key, address or permission refused.
  FATAL: [-1002, -1022, -2014, -2015],
  // Filters, unsupported operations and combinations, malformed parameters, unknown symbol.
  REJECTED: [
    -1013, -1014, -1020, -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1111, -1114, -1115, -1116, -1117, -1121,
    -1128, -1130,
  ],
  // -1006 and -1007 say it themselves: execution status unknown. -1000 and -1001 are internal failures.
  UNKNOWN: [-1000, -1001, -1006, -1007],
});

/** Codes of placing an order, by market. What is not listed proves nothing: UNKNOWN. */
export const PLACE_ORDER_CODES: Readonly<Record<BinanceMarket, CodeTable>> = {
  // -2026 is an archived order here, not a duplicate: it is left to the default.
  spot: codeTable({}),
  usdm: codeTable({
    // An open order has this client id.
    DUPLICATE: [-4116],
    // The venue's own protection under load; it names the request as not processed.
    RATE_LIMITED: [-1008],
    REJECTED: [
      // Balance and margin not sufficient.
      -2018, -2019,
      // Cannot fill, would trigger at once, reduce-only refused, position or leverage limits.
      -2020, -2021, -2022, -2024, -2025, -2027, -2028,
      // Quantity, price and value rules.
      -4003, -4004, -4005, -4014, -4023, -4131, -4164,
      // Reduce-only, position side, fill-or-kill and post-only rules.
      -4061, -4118, -5021, -5022,
    ],
  }),
};

/** Codes of cancelling an order: unknown order, order does not exist. */
export const CANCEL_ORDER_CODES: CodeTable = codeTable({ REJECTED: [-2011, -2013] });

/** Codes of reading one order: it does not exist. */
export const READ_CODES: CodeTable = codeTable({ REJECTED: [-2013] });
