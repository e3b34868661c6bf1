import type { Client } from '@temporalio/client';
import { Registry } from 'prom-client';
import type { Config } from '../../config/schema';
import { tradingVenueOf } from '../../config/trading-environment';
import { COMPONENTS } from '../../messages/component';
import { ML_MANAGER_WORKFLOW_ID, venueAccountWorkflowId } from '../../messages/ids';
import { mlStateQuery, mlStatsQuery, type MlManagerState, type MlManagerStats } from '../../messages/ml-manager';
import { TRADE_OUTCOME } from '../../messages/search-attributes';
import { SIGNAL_WORKFLOW_TYPE } from '../../messages/signal';
import {
  accountStatsQuery,
  balancesQuery,
  reservationsQuery,
  usageQuery,
  type BalancesReply,
  type VenueAccountStats,
} from '../../messages/venue-account';
import type { RateUsage } from '../../domain/limiter/types';
import { readHealth, type SystemHealth } from '../health';
import { CHECK_TIMEOUT_MS, type PartStatus } from '../part-health';
import { counterOf, gaugeOf } from './define-metric';
import { tellModel } from './model-metrics';

const TRADING_STATES = ['active', 'reducing', 'halted'] as const;
const SLOTS: readonly string[] = COMPONENTS;
const HEALTH_VALUES: Readonly<Record<PartStatus, number>> = { healthy: 1, degraded: 0.5, starting: 0.5, unhealthy: 0 };
/** Signals with an unknown or missing order that are looked through for the oldest; with more than these it is not told. */
const UNKNOWN_LISTED_MAX = 100;

/** What the venue's account says of itself. */
export interface AccountFigures {
  readonly stats: VenueAccountStats;
  readonly balances: BalancesReply;
  readonly usage: RateUsage;
  readonly pending: number;
}

/** Where signals are, by the server's index. */
export interface SignalFigures {
  readonly running: number;
  readonly unknown: number;
  readonly missing: number;
  /** Milliseconds UTC; absent: there is none, or too many. */
  readonly oldestMs?: number;
}

export interface MlFigures {
  readonly stats: MlManagerStats;
  readonly state: MlManagerState;
}

/**
 * What is kept by the Temporal server and seen by health, for one answer of `/metrics`: four queries of the account, two of the ML
 * manager, three counts, and what `/health` asks. What cannot be asked is left out: no figure of before stands in for it. Never throws.
 *
 * @param health how health is read, where the process has a reader of its own; it never throws
 */
export async function askSystem(
  client: Client,
  config: Config,
  health: () => Promise<SystemHealth> = () => readHealth(client, config),
): Promise<Registry> {
  const registry = new Registry();
  const within = <Figures>(ask: () => Promise<Figures>): Promise<Figures | undefined> =>
    client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, ask).catch(() => undefined);
  const [seen, account, signals, ml] = await Promise.all([
    health(),
    within(() => askAccount(client, config)),
    within(() => askSignals(client)),
    config.ml.enabled ? within(() => askMlManager(client)) : undefined,
  ]);
  tellHealth(registry, seen, seen.atMs);
  const { settleAsset } = config.venues[config.venue] ?? {};
  tellAccount(registry, config.venue, account, settleAsset);
  tellPositions(registry, config.venue, seen);
  if (signals) tellSignals(registry, signals);
  if (ml) tellMlManager(registry, ml);
  return registry;
}

async function askAccount(client: Client, config: Config): Promise<AccountFigures | undefined> {
  const handle = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
  // An ended workflow still answers queries, as of its end.
  if ((await handle.describe()).status.name !== 'RUNNING') return undefined;
  const [stats, balances, usage, reservations] = await Promise.all([
    handle.query(accountStatsQuery),
    handle.query(balancesQuery),
    handle.query(usageQuery),
    handle.query(reservationsQuery),
  ]);
  return { stats, balances, usage, pending: reservations.length };
}

async function askSignals(client: Client): Promise<SignalFigures> {
  const running = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
  const shownAs = (what: string): string => `${running} AND ${TRADE_OUTCOME.name} = '${what}'`;
  const count = async (query: string): Promise<number> => (await client.workflow.count(query)).count;
  const [all, unknown, missing] = await Promise.all([
    count(running),
    count(shownAs('UNKNOWN')),
    count(shownAs('MISSING')),
  ]);
  const stuck = unknown + missing;
  const isListed = stuck > 0 && stuck <= UNKNOWN_LISTED_MAX;
  const oldestMs = isListed
    ? await oldest(client, `${running} AND ${TRADE_OUTCOME.name} IN ('MISSING', 'UNKNOWN')`)
    : undefined;
  return { running: all, unknown, missing, oldestMs };
}

async function oldest(client: Client, query: string): Promise<number | undefined> {
  const startedMs: number[] = [];
  for await (const { startTime } of client.workflow.list({ query, pageSize: UNKNOWN_LISTED_MAX })) {
    startedMs.push(startTime.getTime());
    if (startedMs.length >= UNKNOWN_LISTED_MAX) break;
  }
  return startedMs.length === 0 ? undefined : Math.min(...startedMs);
}

async function askMlManager(client: Client): Promise<MlFigures | undefined> {
  const handle = client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID);
  if ((await handle.describe()).status.name !== 'RUNNING') return undefined;
  const [stats, state] = await Promise.all([handle.query(mlStatsQuery), handle.query(mlStateQuery)]);
  return { stats, state };
}

/** @param nowMs milliseconds UTC */
export function tellHealth(registry: Registry, { details }: Pick<SystemHealth, 'details'>, nowMs: number): void {
  const health = gaugeOf(registry, 'process_monitor_component_health');
  const active = gaugeOf(registry, 'worker_coordinator_active_workers');
  const ages = gaugeOf(registry, 'worker_coordinator_heartbeat_age_seconds');
  const instants = gaugeOf(registry, 'worker_coordinator_last_heartbeat_timestamp_seconds');
  // Whoever asks answers.
  health.set({ name: 'api' }, 1);
  // Without the server's word nobody knows who holds a slot.
  const isServerThere = details.some(({ name, status }) => name === 'temporal' && status !== 'unhealthy');
  for (const { name, status, pid, heartbeatAgeMs } of details) {
    health.set({ name }, HEALTH_VALUES[status]);
    if (isServerThere && SLOTS.includes(name)) active.set({ type: name }, pid === undefined ? 0 : 1);
    if (heartbeatAgeMs === undefined) continue;
    ages.set({ worker_id: name }, heartbeatAgeMs / 1_000);
    instants.set({ worker_id: name }, (nowMs - heartbeatAgeMs) / 1_000);
  }
}

/**
 * @param account undefined: it does not answer, so that nothing of it is told but that
 * @param settleAsset told also where it is zero
 */
export function tellAccount(
  registry: Registry,
  exchange: string,
  account: AccountFigures | undefined,
  settleAsset?: string,
): void {
  gaugeOf(registry, 'oncefill_account_up').set({ exchange }, account ? 1 : 0);
  if (!account) return;
  const { balances, stats, pending } = account;
  tellBalances(registry, exchange, balances, settleAsset);
  const reservations = counterOf(registry, 'oncefill_reservations_total');
  for (const result of ['reserved', 'denied', 'committed', 'released'] as const) {
    reservations.inc({ exchange, result }, stats.ledger[result]);
  }
  gaugeOf(registry, 'oncefill_reservations_pending').set({ exchange }, pending);
  const states = gaugeOf(registry, 'oncefill_trading_state');
  for (const state of TRADING_STATES) states.set({ exchange, state }, state === balances.tradingState ? 1 : 0);
  tellLimiter(registry, exchange, account);
}

function tellBalances(registry: Registry, exchange: string, balances: BalancesReply, settleAsset?: string): void {
  // Before the first report every figure is unknown.
  if (balances.asOfMs === 0) return;
  gaugeOf(registry, 'oncefill_account_report_timestamp_seconds').set({ exchange }, balances.asOfMs / 1_000);
  const totals = gaugeOf(registry, 'balance_manager_total_balance');
  const reserved = gaugeOf(registry, 'balance_manager_reserved_balance');
  for (const [symbol, asset] of Object.entries(balances.assets)) {
    if (Number(asset.total) === 0 && Number(asset.reserved) === 0 && symbol !== settleAsset) continue;
    totals.set({ exchange, symbol }, Number(asset.total));
    reserved.set({ exchange, symbol }, Number(asset.reserved));
  }
}

function tellLimiter(registry: Registry, exchange: string, { stats: { limiter }, usage }: AccountFigures): void {
  const requests = counterOf(registry, 'rate_limiter_requests_total');
  for (const [endpoint, count] of Object.entries(limiter.requestsTotal)) requests.inc({ exchange, endpoint }, count);
  counterOf(registry, 'rate_limiter_blocked_requests').inc({ exchange }, limiter.blockedTotal);
  counterOf(registry, 'oncefill_limiter_refused_total').inc({ exchange }, limiter.refusedTotal);
  counterOf(registry, 'oncefill_limiter_penalties_total').inc({ exchange }, limiter.penaltiesTotal);
  counterOf(registry, 'oncefill_limiter_bans_total').inc({ exchange }, limiter.bansTotal);
  gaugeOf(registry, 'oncefill_limiter_blocked').set({ exchange }, usage.blockedUntilMs > 0 ? 1 : 0);
  const used = gaugeOf(registry, 'oncefill_limiter_used_weight');
  const limits = gaugeOf(registry, 'oncefill_limiter_limit_weight');
  for (const [endpoint, window] of [['global', usage.global] as const, ...Object.entries(usage.endpoints)]) {
    used.set({ exchange, endpoint }, window.used);
    limits.set({ exchange, endpoint }, window.limit);
  }
}

/** What the account knows of positions, as health has just asked it; before the venue's first report nothing is told. */
export function tellPositions(registry: Registry, exchange: string, { details }: Pick<SystemHealth, 'details'>): void {
  const risk = details.find(({ name }) => name === 'positions')?.risk;
  if (risk === undefined || risk.positionsAsOfMs === 0) return;
  const sizes = gaugeOf(registry, 'oncefill_position_size');
  const values = gaugeOf(registry, 'oncefill_position_value');
  const unprotected = gaugeOf(registry, 'oncefill_position_unprotected');
  for (const { symbol, side, size, value } of risk.positions) {
    sizes.set({ exchange, symbol, side }, Number(size));
    values.set({ exchange, symbol, side }, Number(value));
    unprotected.set({ exchange, symbol }, risk.unprotected.includes(symbol) ? 1 : 0);
  }
  if (risk.equity !== undefined) gaugeOf(registry, 'oncefill_risk_equity').set({ exchange }, Number(risk.equity));
  const blocking = gaugeOf(registry, 'oncefill_risk_blocking');
  // Entries are counted in a minute and in a day: two rules of the account, one code.
  const ofAccount = risk.rules.filter(
    ({ code, of, limit }) => (of === undefined || code === 'TOO_MANY_ENTRIES') && limit !== undefined,
  );
  for (const { code } of ofAccount) {
    const isBlocking = ofAccount.some((rule) => rule.code === code && rule.isBlocking);
    blocking.set({ exchange, code }, isBlocking ? 1 : 0);
  }
}

export function tellSignals(registry: Registry, { running, unknown, missing, oldestMs }: SignalFigures): void {
  gaugeOf(registry, 'oncefill_signals_running').set(running);
  gaugeOf(registry, 'oncefill_orders_unknown').set(unknown);
  gaugeOf(registry, 'oncefill_orders_missing').set(missing);
  if (oldestMs === undefined) return;
  gaugeOf(registry, 'oncefill_order_unknown_oldest_timestamp_seconds').set(oldestMs / 1_000);
}

export function tellMlManager(registry: Registry, { stats, state }: MlFigures): void {
  const ticks = counterOf(registry, 'oncefill_ml_ticks_total');
  ticks.inc({ result: 'predicted' }, stats.ticks);
  ticks.inc({ result: 'failed' }, stats.failedTicks);
  counterOf(registry, 'oncefill_predictions_total').inc(stats.predictions);
  const signals = counterOf(registry, 'oncefill_ml_signals_total');
  signals.inc({ result: 'accepted' }, stats.signalsAccepted);
  signals.inc({ result: 'duplicate' }, stats.signalsDuplicate);
  signals.inc({ result: 'refused' }, stats.signalsRefused);
  tellModel(registry, stats, state);
  if (state.lastTickMs === undefined) return;
  gaugeOf(registry, 'oncefill_ml_last_tick_timestamp_seconds').set(state.lastTickMs / 1_000);
}
