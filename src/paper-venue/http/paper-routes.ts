import { formatDecimal } from '../../domain/decimal';
import type { PositionLife } from '../book/position-life';
import { isWaiting, type ExecutionRecord } from '../book/records';
import type { FaultInjector } from '../faults/fault-injector';
import { FaultPlanError, parseFaultPlan } from '../faults/fault-specification';
import { jsonReply, type HttpReply, type HttpRequest } from './messages';
import { cancelOrder, forget, setClock, setSymbolState } from './paper-controls';
import { positionRowsOf } from './account-routes';
import {
  addToPosition,
  clearStops,
  closePosition,
  deleveragePosition,
  flipPosition,
  jumpPrice,
  liquidatePosition,
  payFunding,
  transferMoney,
} from './position-controls';
import type { VenueCore } from './route';
import { executionRow, MNT, orderRow } from './rows';
import type { PrivateStream } from '../stream/private-stream';
import type { PublicStream } from '../stream/public-stream';
import type { VenueService } from './venue-service';

export const PAPER_PATH_PREFIX = '/paper/';

const ORDERS_DEFAULT = 1_000;
/** Some ten megabytes, for whoever compares a whole run with it. */
const ORDERS_MAX = 10_000;

const POSITION_CONTROLS: ReadonlyMap<string, (core: VenueCore, body: string) => HttpReply> = new Map([
  ['/paper/positions/close', closePosition],
  ['/paper/positions/add', addToPosition],
  ['/paper/positions/flip', flipPosition],
  ['/paper/positions/liquidate', liquidatePosition],
  ['/paper/positions/adl', deleveragePosition],
  ['/paper/positions/clear-stop', clearStops],
  ['/paper/funding', payFunding],
  ['/paper/price', jumpPrice],
  ['/paper/transfer', transferMoney],
]);

/** What the venue received and did: the independent account that tests compare the product with. */
export interface PaperAudit {
  readonly startedAtMs: number;
  readonly orders: {
    /** Accepted from clients since the account was opened; survives restarts. */
    readonly accepted: number;
    /** Placed by a fault plan; survives restarts. */
    readonly external: number;
    /** Refused since the start, for whatever reason. */
    readonly rejected: number;
    readonly open: number;
    /** Acknowledged without ever existing, by a fault plan; none of them is among the accepted ones. Survives restarts. */
    readonly vanished: number;
    /** Closed orders that exist and that no query answers for. Survives restarts. */
    readonly forgotten: number;
  };
  /** Client ids of orders of which no query tells; left out of a summary. */
  readonly lostClientIds?: { readonly vanished: readonly string[]; readonly forgotten: readonly string[] };
  /** Accepted orders per client id, each of which should be 1; left out of a summary. */
  readonly ordersPerClientId?: Readonly<Record<string, number>>;
  readonly distinctClientIds: number;
  readonly maxOrdersPerClientId: number;
  readonly duplicatesRefused: number;
  /** Refused because the client id was that of an order that vanished. */
  readonly vanishedRefused: number;
  readonly requestsPerEndpoint: Readonly<Record<string, number>>;
  readonly limitBreaches: Readonly<Record<'global' | 'market_data' | 'order' | 'account' | 'total', number>>;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  readonly faultsInjected: Readonly<Record<string, number>>;
  readonly balances: Readonly<Record<string, { total: string; available: string; locked: string }>>;
  readonly positions: readonly object[];
  /** How positions were guarded and closed, by symbol; `lifeUntil` adds the present stretch. Survives restarts. */
  readonly positionLives: Readonly<Record<string, PositionLife>>;
  /** Without the stops of positions. */
  readonly openOrders: readonly object[];
  /** The stops of positions that wait. */
  readonly stopOrders: readonly object[];
}

export interface PaperRoutesContext {
  readonly service: VenueService;
  readonly injector: FaultInjector;
  readonly stream: PrivateStream;
  readonly publicStream: PublicStream;
  readonly startedAtMs: number;
}

/** Answers what is not part of Bybit's protocol: no signature, no limits, only for programs on this machine. */
export function answerPaperRoute(context: PaperRoutesContext, request: HttpRequest): HttpReply {
  const query = new URLSearchParams(request.query);
  switch (`${request.method} ${request.path}`) {
    case 'GET /paper/audit':
      return jsonReply(buildAudit(context, query.get('summary') === '1'));
    case 'GET /paper/orders':
      return answerOrders(context.service, query.get('limit'), query.get('stops') === '1');
    case 'GET /paper/faults':
      return jsonReply(context.injector.plan ?? {});
    case 'POST /paper/faults':
      return setFaults(context.injector, request.body);
    case 'POST /paper/forget-recent-orders':
      context.service.core.book.orders.forgetRecentClosed();
      return jsonReply({});
    case 'POST /paper/forget':
      return forget(context.service.core, request.body);
    case 'POST /paper/cancel':
      return cancelOrder(context.service.core, request.body);
    case 'POST /paper/symbol':
      return setSymbolState(context.service.core, request.body);
    case 'POST /paper/clock':
      return setClock(context.service.core, request.body);
    default:
      return answerPositionControl(context, request);
  }
}

/** The answers to what a test does to positions and money. */
function answerPositionControl({ service }: PaperRoutesContext, request: HttpRequest): HttpReply {
  const act = request.method === 'POST' ? POSITION_CONTROLS.get(request.path) : undefined;
  if (act) return act(service.core, request.body);
  return jsonReply({ error: `There is no ${request.method} ${request.path}.` }, 404);
}

export function buildAudit({ service, startedAtMs }: PaperRoutesContext, summary: boolean): PaperAudit {
  service.core.engine.stops.advance();
  const { audit, core } = service;
  const { orders, walletBalance, lost } = core.book;
  const accepted = orders.acceptedByClientOrderId;
  const all = orders.symbolsWithOpenOrders().flatMap((symbol) => [...orders.openOrders(symbol)]);
  const open = all.filter((order) => !isWaiting(order));
  const stops = all.filter(isWaiting);
  let maxOrdersPerClientId = 0;
  for (const count of accepted.values()) maxOrdersPerClientId = Math.max(maxOrdersPerClientId, count);
  return {
    startedAtMs,
    orders: {
      accepted: orders.acceptedOrders,
      external: orders.externalOrders,
      rejected: audit.ordersRejected,
      open: open.length,
      vanished: lost.vanished.size,
      forgotten: lost.forgotten.size,
    },
    ...(!summary && {
      ordersPerClientId: Object.fromEntries(accepted),
      lostClientIds: {
        vanished: [...lost.vanished],
        forgotten: [...lost.forgotten].flatMap((orderId) => orders.byOrderId(orderId)?.clientOrderId ?? []),
      },
    }),
    distinctClientIds: accepted.size,
    maxOrdersPerClientId,
    duplicatesRefused: audit.duplicatesRefused,
    vanishedRefused: audit.vanishedRefused,
    requestsPerEndpoint: audit.requestsPerEndpoint,
    limitBreaches: { ...audit.limitBreaches, total: audit.limitBreachesTotal },
    rejectedByCode: audit.rejectedByCode,
    faultsInjected: audit.faultsInjected,
    balances: {
      [core.settle]: {
        total: formatDecimal(walletBalance.total),
        available: formatDecimal(walletBalance.available),
        locked: formatDecimal(walletBalance.positionMargin.plus(walletBalance.orderMargin)),
      },
      ...(!core.book.mntBalance.isZero() && {
        [MNT]: { ...sameFigures(formatDecimal(core.book.mntBalance)), locked: '0' },
      }),
    },
    positions: openPositionRows(service),
    positionLives: Object.fromEntries([...core.book.lives].map((life) => [life.symbol, life])),
    openOrders: open.map((order) => orderRow(order, core.settle)),
    stopOrders: stops.map((order) => orderRow(order, core.settle)),
  };
}

function sameFigures(balance: string): { total: string; available: string } {
  return { total: balance, available: balance };
}

function openPositionRows({ core }: VenueService): object[] {
  const open = [...core.book.positions].filter(({ size, symbol }) => size !== '0' && core.feed.instruments.has(symbol));
  return positionRowsOf(core, open);
}

/** @param withStops lists the stops of positions as well, which no client placed */
function answerOrders(service: VenueService, limit: string | null, withStops: boolean): HttpReply {
  const listedMax = limit === null ? ORDERS_DEFAULT : Number(/^\d{1,5}$/.exec(limit)?.[0] ?? 0);
  if (listedMax >= 1 && listedMax <= ORDERS_MAX) {
    return jsonReply({ orders: listOrders(service, listedMax, withStops) });
  }
  return jsonReply({ error: `The limit has to be a whole number from 1 to ${ORDERS_MAX}.` }, 400);
}

function listOrders({ core }: VenueService, listedMax: number, withStops: boolean): object[] {
  const fills = new Map<string, ExecutionRecord[]>();
  for (const execution of core.book.orders.executions()) {
    const list = fills.get(execution.orderId);
    if (list) list.unshift(execution);
    else fills.set(execution.orderId, [execution]);
  }
  const listed: object[] = [];
  for (const order of core.book.orders.orders()) {
    if (listed.length >= listedMax) break;
    if (order.stop && !withStops) continue;
    const rows = (fills.get(order.orderId) ?? []).map((fill) => executionRow(fill, core.settle));
    listed.push({ ...orderRow(order, core.settle), fills: rows });
  }
  return listed;
}

/** An empty object heals; anything else is a plan, bare or under the key `plan`. */
function setFaults(injector: FaultInjector, body: string): HttpReply {
  try {
    const given = JSON.parse(body === '' ? '{}' : body) as { readonly plan?: unknown };
    const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
    const isHealing = isObject && Object.keys(given).length === 0;
    injector.setPlan(isHealing ? undefined : parseFaultPlan(given?.plan ?? given, 'in the request'));
    return jsonReply(injector.plan ?? {});
  } catch (error) {
    if (!(error instanceof FaultPlanError || error instanceof SyntaxError)) throw error;
    return jsonReply({ error: error.message }, 400);
  }
}
