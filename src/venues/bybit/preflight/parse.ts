import type {
  AccountFacts,
  FeeFacts,
  HabitFacts,
  KeyFacts,
  MaintenanceFacts,
  SymbolFacts,
} from '../../../domain/preflight/facts';
import type { TradingEnvironment } from '../../../domain/trading-venue';
import { readRows } from '../rows';
import {
  feeRow,
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
const LINEAR_PRODUCT = 1;
/** Trading, altogether and over HTTP. */
const TRADING_SERVICES: readonly number[] = [1, 2];
const ENVIRONMENT_NUMBERS: Readonly<Partial<Record<TradingEnvironment, number>>> = { live: 1, demo: 2 };

export function parseKey({ result }: KeyPayload): KeyFacts {
  const { permissions, ips, expiredAt } = result;
  const contract = permissions.ContractTrade ?? [];
  const wallet = permissions.Wallet ?? [];
  const endsAtMs = Date.parse(expiredAt ?? '');
  return {
    accountId: result.userID,
    isReadOnly: result.readOnly === 1,
    mayOrder: contract.includes('Order'),
    mayPosition: contract.includes('Position'),
    mayWithdraw: wallet.includes('Withdraw'),
    mayTransfer: wallet.some((right) => right.includes('Transfer')),
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

/** @returns undefined where the answer is about another symbol, or about none */
export function parseSymbol({ result }: PositionModePayload, symbol: string): SymbolFacts | undefined {
  const { list } = result;
  if (list.length === 0 || list.some((row) => row.symbol !== symbol)) return undefined;
  const positions = list.map(({ leverage, size, positionStatus, isReduceOnly }) => ({
    ...(leverage && { leverage }),
    size: size || '0',
    isReduceOnly: isReduceOnly === true,
    isTakenOver: positionStatus === 'Liq' || positionStatus === 'Adl',
  }));
  const isOneWay = list.length === 1 && list[0]?.positionIdx === 0;
  return { positionMode: isOneWay ? 'one_way' : 'hedge', positions };
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
  if (state !== 'scheduled' && state !== 'ongoing') return false;
  const number = ENVIRONMENT_NUMBERS[environment];
  if (env !== undefined && env !== null && number !== undefined && env !== number) return false;
  // Nothing named means all of them.
  const names = (listed: readonly number[] | null | undefined, wanted: readonly number[]): boolean =>
    !listed?.length || listed.some((one) => wanted.includes(one));
  return names(product, [LINEAR_PRODUCT]) && names(serviceTypes, TRADING_SERVICES);
}
