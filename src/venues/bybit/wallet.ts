import type { Decimal } from 'decimal.js';
import type { z } from 'zod';
import { AMOUNT_DECIMALS, ExactDecimal, formatDecimal, parseDecimal, ZERO } from '../../domain/decimal';
import { SNAPSHOT_ASSETS_MAX } from '../../domain/ledger/state';
import type { SnapshotCommand } from '../../domain/ledger/types';
import { accountFigure, accountRow, coinRow } from './payloads';
import type { balancesPayload, CoinBalance } from './payloads';
import { faultOf, nameOf, RowFault } from './rows';

type AssetReport = SnapshotCommand['assets'][string];

const ACCOUNT_TYPE = 'UNIFIED';
/** What a wallet does not name it does not hold. */
const EMPTY: AssetReport = { total: '0', available: '0', locked: '0', equity: '0' };

/** The account that trades: its coins, and what the whole of it has left in dollars, as the venue wrote it. */
interface UnifiedAccount {
  readonly coins: readonly unknown[];
  readonly totalAvailableBalance?: unknown;
}

/**
 * The settle asset, zero where the wallet does not name it, and of the other coins those whose figures can be read: only the
 * settle asset is lent from.
 *
 * @throws RowFault when the settle asset's own figures cannot be read, or may be those of a row that cannot
 */
export function parseBalances(payload: z.infer<typeof balancesPayload>, settleAsset: string): SnapshotCommand {
  const account = unifiedAccountOf(payload.result.list);
  const assets: Record<string, AssetReport> = {};
  let own: AssetReport | undefined;
  let hasNameless = false;
  for (const candidate of account.coins) {
    const name = nameOf(candidate, 'coin');
    if (name === undefined) hasNameless = true;
    if (name === settleAsset && own !== undefined) throw new RowFault(`the wallet names ${settleAsset} twice`);
    const report = readCoin(candidate, account);
    if (typeof report === 'string' && name === settleAsset) {
      throw new RowFault(`the wallet's figures of ${settleAsset} are not known (${report})`);
    }
    if (typeof report === 'string' || name === undefined) continue;
    if (name === settleAsset) own = { ...report, ...equityOf(candidate) };
    else if (Object.keys(assets).length < SNAPSHOT_ASSETS_MAX - 1) assets[name] = report;
  }
  if (own === undefined && hasNameless) throw new RowFault('a coin of the wallet has no name that can be read');
  return { asOfMs: payload.time, assets: { ...assets, [settleAsset]: own ?? EMPTY } };
}

/** Accounts of other kinds, and rows that are none, say nothing of this one. @throws RowFault unless there is one */
function unifiedAccountOf(list: readonly unknown[]): UnifiedAccount {
  const rows = list.filter((row) => nameOf(row, 'accountType') === ACCOUNT_TYPE);
  if (rows.length !== 1) throw new RowFault(`the answer names ${rows.length} unified accounts, and one is needed`);
  const row = accountRow.safeParse(rows[0]);
  if (!row.success) throw new RowFault(`the account's figures are not known (${faultOf(row.error)})`);
  return { coins: row.data.coin, totalAvailableBalance: row.data.totalAvailableBalance };
}

/** Of a row that can be read: the money in it without what spot trading borrowed, open profits and losses included. */
function equityOf(candidate: unknown): Pick<AssetReport, 'equity'> {
  const row = coinRow.safeParse(candidate);
  return row.success ? { equity: formatDecimal(figure(row.data.equity)) } : {};
}

/** @returns what is wrong with the row, where it cannot be read */
function readCoin(candidate: unknown, account: UnifiedAccount): AssetReport | string {
  const row = coinRow.safeParse(candidate);
  if (!row.success) return faultOf(row.error);
  const { spotBorrow, borrowAmount, locked, totalOrderIM, totalPositionIM } = row.data;
  // What is borrowed in all is never less than what spot trading borrowed.
  const borrowed = spotBorrow ?? borrowAmount;
  if (borrowed === undefined) return 'spotBorrow: needed, because the balance of the wallet contains what is borrowed';

  const total = atLeastZero(figure(row.data.walletBalance).minus(atLeastZero(figure(borrowed))));
  const held = atLeastZero(figure(locked).plus(totalOrderIM).plus(totalPositionIM));
  if (parseDecimal(formatDecimal(held)) === undefined) return 'what is held of it is more than is kept';
  const available = availableOf(row.data, { total, held }, account);
  if (typeof available === 'string') return available;
  return { total: formatDecimal(total), available: formatDecimal(available), locked: formatDecimal(held) };
}

/**
 * What a new order may use, by the lesser of two measures. The first is the coin alone: its own money without what is borrowed,
 * less open losses, the margins of positions and orders, and a bonus, which isolated margin does not lend; open gains are not
 * lent either. The second is what the whole account has left, which cross margin shares between all coins: another coin's
 * losses and debts use it up.
 *
 * @returns a sentence's part that names the field, where the account's share cannot be told
 */
function availableOf(
  coin: CoinBalance,
  { total, held }: { readonly total: Decimal; readonly held: Decimal },
  account: UnifiedAccount,
): Decimal | string {
  const spendable = ExactDecimal.min(total, coin.equity)
    .minus(held)
    .minus(atLeastZero(figure(coin.bonus)));
  const alone = atLeastZero(spendable);
  // Nothing is left to be bounded; the price of dust cannot be told from its rounded value.
  if (alone.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_DOWN).isZero()) return ZERO;
  const left = accountFigure.safeParse(account.totalAvailableBalance);
  if (!left.success) return `totalAvailableBalance: ${left.error.issues[0]?.message ?? 'malformed'}`;
  // Isolated margin shares nothing: the venue leaves the figures of the whole account empty.
  if (left.data === '') return alone;
  const value = figure(coin.usdValue ?? '0');
  if (!value.greaterThan(0)) return 'usdValue: needed is a value above zero, to tell the price of the coin';
  // Dollars to coins, at value / equity dollars each; the division comes last, because only it rounds.
  const shared = atLeastZero(figure(left.data)).times(coin.equity).dividedBy(value);
  return ExactDecimal.min(alone, shared.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_DOWN));
}

function figure(text: string): Decimal {
  return new ExactDecimal(text);
}

function atLeastZero(value: Decimal): Decimal {
  return ExactDecimal.max(value, 0);
}
