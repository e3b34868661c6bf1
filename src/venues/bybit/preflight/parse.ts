import type {
  AccountFacts,
  FeeFacts,
  HabitFacts,
  KeyFacts,
  MaintenanceFacts,
  SymbolFacts,
} from '../../../domain/preflight/facts';
import type { TradingEnvironment } from '../../../domain/trading-venue';
import { nameOf, readRows } from '../rows';
import {
  feeRow,
  positionModeRow,
  statusRow,
  type AccountPayload,
  type HabitsPayload,
  type KeyPayload,
  type PositionModePayload,
  type StatusRow,
} from './payloads';

/** Bybit writes "never" as the first day of the era. */
const NEVER_BEFORE_MS = Date.UTC(2010, 0);
/** What futures fees are paid in where that is switched on. */
const FEE_ASSET = 'MNT';
const MARGIN_MODES: ReadonlyMap<string, AccountFacts['marginMode']> = new Map([
  ['REGULAR_MARGIN', 'cross'],
  ['ISOLATED_MARGIN', 'isolated'],
  ['PORTFOLIO_MARGIN', 'portfolio'],
]);
const ACCOUNT_KINDS: ReadonlyMap<number, AccountFacts['kind']> = new Map([
  [1, 'classic'],
  [3, 'unified_old'],
  [4, 'unified_old'],
  [5, 'unified'],
  [6, 'unified'],
]);
/** By the indices of a symbol's rows. */
const MODES: ReadonlyMap<string, SymbolFacts['positionMode']> = new Map([
  ['0', 'one_way'],
  ['1', 'hedge'],
  ['2', 'hedge'],
  ['1,2', 'hedge'],
]);
/** Of a stop that is over, or never comes; one of a state that nobody knows does. */
const OVER = /^(completed|cancell?ed)$/i;
const LINEAR_PRODUCT = 1;
/** Trading, altogether and over HTTP. */
const TRADING_SERVICES: readonly number[] = [1, 2];
const ENVIRONMENT_NUMBERS: Readonly<Partial<Record<TradingEnvironment, number>>> = { live: 1, demo: 2 };

export function parseKey({ result }: KeyPayload): KeyFacts {
  const { permissions, ips, expiredAt } = result;
  const contract = permissions['ContractTrade'] ?? [];
  const all = Object.values(permissions).flatMap((rights) => rights ?? []);
  const endsAtMs = Date.parse(expiredAt ?? '');
  return {
    accountId: result.userID,
    isReadOnly: result.readOnly === 1,
    mayOrder: contract.includes('Order'),
    mayPosition: contract.includes('Position'),
    // A right by a new name, or in a new group, must not pass for none.
    mayWithdraw: all.some((right) => /withdraw/i.test(right)),
    mayTransfer: all.some((right) => /transfer/i.test(right)),
    isBoundToAddress: (ips ?? []).some((address) => address !== '' && address !== '*'),
    ...(endsAtMs >= NEVER_BEFORE_MS && { endsAtMs }),
    isMainAccount: result.isMaster === true,
  };
}

export function parseAccount({ result }: AccountPayload): AccountFacts {
  return {
    kind: ACCOUNT_KINDS.get(result.unifiedMarginStatus) ?? 'other',
    marginMode: MARGIN_MODES.get(result.marginMode) ?? 'other',
  };
}

export function parseHabits({ result }: HabitsPayload): HabitFacts {
  // Not told is not switched on: either is worth a sentence only.
  return { ...(result.fmsef === true && { feeAsset: FEE_ASSET }), movesLimitPrices: result.lpaPerp === false };
}

/**
 * Rows of other symbols tell nothing of this one.
 *
 * @returns undefined where the answer is about other symbols alone, has a row that cannot be read, or mixes both modes
 */
export function parseSymbol({ result }: PositionModePayload, symbol: string): SymbolFacts | undefined {
  const candidates = result.list.filter((row) => (nameOf(row, 'symbol') ?? symbol) === symbol);
  const rows = candidates.flatMap((row) => {
    const read = positionModeRow.safeParse(row);
    return read.success ? [read.data] : [];
  });
  const sides = rows.map(({ positionIdx }) => positionIdx).toSorted((one, other) => one - other);
  const positionMode = MODES.get(sides.join());
  if (positionMode === undefined || rows.length < candidates.length) return undefined;
  const positions = rows.map(({ leverage, size, positionStatus, isReduceOnly }) => ({
    ...(leverage && { leverage }),
    size: size || '0',
    isReduceOnly: isReduceOnly === true,
    isTakenOver: positionStatus === 'Liq' || positionStatus === 'Adl',
  }));
  return { positionMode, positions };
}

/** Rows that cannot be read are left out: the venue told no fee of these symbols. */
export function parseFees(list: readonly unknown[], symbols: ReadonlySet<string>): Readonly<Record<string, FeeFacts>> {
  const { rows } = readRows(list, feeRow, symbols);
  return Object.fromEntries(
    rows.map(({ symbol, takerFeeRate, makerFeeRate }) => [symbol, { taker: takerFeeRate, maker: makerFeeRate }]),
  );
}

/** Times ahead, or now, in which linear perpetuals do not trade in this environment. */
export function parseMaintenance(
  list: readonly unknown[],
  environment: TradingEnvironment,
): readonly MaintenanceFacts[] {
  return list.flatMap((candidate) => {
    const row = statusRow.safeParse(candidate);
    if (!row.success || !concerns(row.data, environment)) return [];
    const { title, begin, end } = row.data;
    return [{ title, beginMs: begin, ...(end && end > begin && { endMs: end }) }];
  });
}

function concerns({ state, serviceTypes, product, env }: StatusRow, environment: TradingEnvironment): boolean {
  if (OVER.test(state)) return false;
  const number = ENVIRONMENT_NUMBERS[environment];
  if (env !== undefined && env !== null && number !== undefined && env !== number) return false;
  // Nothing named means all of them.
  const names = (listed: readonly number[] | null | undefined, wanted: readonly number[]): boolean =>
    !listed?.length || listed.some((one) => wanted.includes(one));
  return names(product, [LINEAR_PRODUCT]) && names(serviceTypes, TRADING_SERVICES);
}
