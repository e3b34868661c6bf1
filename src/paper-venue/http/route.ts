import type { EndpointGroup } from '../../venues/venue';
import type { AccountKeeper } from '../account-keeper';
import type { PaperAccount } from '../account-profile';
import type { Book } from '../book/book';
import type { PaperClock } from '../clock';
import type { PriceFeed } from '../market/price-feed';
import type { Fees } from '../matching/draft';
import type { MatchingEngine, PlacementOptions } from '../matching/matching-engine';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import type { ReportDelay } from './report-delay';

/** What the routes work on. */
export interface VenueCore {
  readonly book: Book;
  readonly engine: MatchingEngine;
  readonly feed: PriceFeed;
  readonly clock: PaperClock;
  readonly settle: string;
  readonly reportDelay: ReportDelay;
  /** Whether queries of the past answer for ever. */
  readonly keepsAll: boolean;
  readonly account: PaperAccount;
  /** As query-api tells it. */
  readonly apiKey: string;
  readonly fees: Fees;
  readonly keeper: AccountKeeper;
}

/** The query of a GET or the JSON object of a POST. */
export type Parameters = Readonly<Record<string, unknown>>;

/** One endpoint of the venue. The groups are those of the Venue port. */
export interface Route {
  /** The name in audits and fault plans. */
  readonly name: EndpointName;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly group: EndpointGroup;
  readonly signed: boolean;
  /** Documented options that the paper venue does not have: a request that uses one is refused, never answered without it. */
  readonly unsupported?: readonly string[];
  /** @throws VenueRefusal */
  handle(core: VenueCore, parameters: Parameters, options: PlacementOptions): object;
}

export const ENDPOINT_NAMES = [
  'instruments_info',
  'time',
  'tickers',
  'kline',
  'wallet_balance',
  'order_realtime',
  'order_history',
  'execution_list',
  'position_list',
  'set_leverage',
  'order_create',
  'order_cancel',
  'query_api',
  'account_info',
  'user_setting_config',
  'fee_rate',
  'own_instruments',
  'switch_mode',
  'system_status',
  'price_limit',
  'orderbook',
  'recent_trades',
  'funding_history',
  'mark_price_kline',
  'risk_limit',
  'order_amend',
  'order_cancel_all',
  'order_pre_check',
  'order_create_batch',
  'order_amend_batch',
  'order_cancel_batch',
  'trading_stop',
  'closed_pnl',
  'transaction_log',
] as const;

export type EndpointName = (typeof ENDPOINT_NAMES)[number];

/** An optional text; empty counts as absent, as on the venue. */
export function text(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * An optional whole number.
 *
 * @throws VenueRefusal 10001 outside the range
 */
export function whole(parameters: Parameters, name: string, min: number, max: number): number | undefined {
  const value = text(parameters, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < min || number > max) {
    throw new VenueRefusal(RET_CODES.parametersInvalid, `params error: ${name} invalid`);
  }
  return number;
}

/** @throws VenueRefusal 10001 unless the category is linear */
export function requireLinear(parameters: Parameters): void {
  if (parameters['category'] !== 'linear') {
    throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: category only supports linear');
  }
}

/** @throws VenueRefusal 10001 when the symbol is missing or not traded */
export function requireSymbol(core: VenueCore, parameters: Parameters): string {
  const symbol = text(parameters, 'symbol') ?? '';
  if (!core.feed.instruments.has(symbol)) {
    throw new VenueRefusal(RET_CODES.parametersInvalid, `params error: symbol invalid ${symbol}`);
  }
  return symbol;
}

/** Whether the symbol is on the list of what trades. */
export function isListed({ engine, clock }: VenueCore, symbol: string): boolean {
  return engine.rules.stateOf(symbol, clock.steadyNowMs()) !== 'closed';
}

/** Values of an option that ask for nothing. */
const UNASKED: ReadonlySet<unknown> = new Set([undefined, null, '', false, 'false', 0, '0', 'None', 'Order']);

/** @throws VenueRefusal 10001 when a request uses an option that the paper venue does not have */
export function refuseUnsupported(parameters: Parameters, options: readonly string[]): void {
  const asked = options.find((option) => !UNASKED.has(parameters[option]));
  if (asked === undefined) return;
  throw new VenueRefusal(RET_CODES.parametersInvalid, `params error: the paper venue does not support ${asked}`);
}

/** A route that the venue has, and of which the paper venue answers in words that it does not do it. */
export function refusedRoute(name: EndpointName, path: string, group: EndpointGroup, what: string): Route {
  return {
    name,
    method: 'POST',
    path,
    group,
    signed: true,
    handle: () => {
      throw new VenueRefusal(RET_CODES.parametersInvalid, `the paper venue does not support ${what}`);
    },
  };
}
