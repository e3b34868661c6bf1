import { codeTable } from '../code-table';
import type { CodeTable } from '../code-table';
import { UNRELATED_CODES, UNRELATED_USDM_CODES } from './unrelated-codes';

/** Spot, and perpetuals margined in USD (USD-M). */
export type BinanceMarket = 'spot' | 'usdm';

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

/**
 * Codes of placing an order, by market. What is not listed proves nothing: UNKNOWN. Every code that the venue documents
 * is listed on purpose; REJECTED frees the funds, so it needs a text that leaves no room for an order.
 */
export const PLACE_ORDER_CODES: Readonly<Record<BinanceMarket, CodeTable>> = {
  spot: codeTable({
    // Server busy and overloaded, without a word on what became of the request; an archived order, which is no duplicate.
    UNKNOWN: [-1004, -1008, -2026, ...UNRELATED_CODES],
  }),
  usdm: codeTable({
    // An open order has this client id.
    DUPLICATE: [-4116],
    // The engine's own receive window; the second is the coin-margined page's number for it.
    NOT_PLACED: [-5028, -4188],
    // The venue's own protection under load; it names the request as not processed.
    RATE_LIMITED: [-1008],
    // Not authorised, invalid account, locked keys, reduce-only account, no permission, cooling-off period, region.
    FATAL: [-1099, -1109, -2017, -4087, -4088, -4192, -4402],
    REJECTED: [
      // Balance and margin not sufficient, user in liquidation.
      -2018, -2019, -2023,
      // Cannot fill, would trigger at once, reduce-only refused, position or leverage limits, large positions.
      -2020, -2021, -2022, -2024, -2025, -2026, -2027, -2028, -4401,
      // Symbol, asset and kind of answer.
      -1122, -1126, -1136, -4140, -4141, -4144,
      // Quantity, price and value rules.
      -4001, -4002, -4003, -4004, -4005, -4013, -4014, -4016, -4023, -4024, -4131, -4113, -4164,
      // Client order id.
      -4015,
      // Reduce-only, position side, position mode, quantitative rules.
      -4060, -4061, -4062, -4118, -4112, -4400, -4531,
      // Order types, fill-or-kill and post-only, price match, self-trade prevention, good-till date.
      -4120, -5021, -5022, -5025, -5037, -5038, -5039, -5040, -5041,
    ],
    UNKNOWN: [...UNRELATED_CODES, ...UNRELATED_USDM_CODES],
  }),
};

/** Codes of cancelling an order: unknown order, order does not exist. */
export const CANCEL_ORDER_CODES: CodeTable = codeTable({ REJECTED: [-2011, -2013] });

/** Codes of reading one order: it does not exist. */
export const READ_CODES: CodeTable = codeTable({ REJECTED: [-2013] });
