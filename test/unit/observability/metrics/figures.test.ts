/** What figures become which metrics, and what is left out because nobody knows it. */
import { tellModel } from '../../../../src/observability/metrics/model-metrics';
import { Registry } from 'prom-client';
import {
  tellAccount,
  tellHealth,
  tellMlManager,
  tellSignals,
  type AccountFigures,
} from '../../../../src/observability/metrics/ask-system';
import { DoorMetrics, TradeMetrics } from '../../../../src/observability/metrics/signal-metrics';
import { tellWorkers } from '../../../../src/observability/metrics/worker-metrics';

let registry: Registry;

beforeEach(() => {
  registry = new Registry();
});

async function lines(): Promise<readonly string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

const WINDOW = { used: 3, limit: 108, windowMs: 60_000 };

function account(changes: { readonly asOfMs?: number } = {}): AccountFigures {
  const asset = { available: '1', locked: '0', asOfMs: 1, unsettled: '0', free: '1' };
  return {
    pending: 1,
    stats: {
      ledger: { reserved: 9, denied: 1, committed: 8, released: 1, snapshots: 3, staleSnapshots: 0 },
      limiter: {
        requestsTotal: { order: 9, other: 2 },
        blockedTotal: 4,
        refusedTotal: 1,
        penaltiesTotal: 0,
        bansTotal: 0,
      },
    },
    usage: { global: WINDOW, endpoints: { order: { ...WINDOW, used: 2 } }, blockedUntilMs: 0 },
    balances: {
      venue: 'bybit',
      tradingState: 'reducing',
      asOfMs: 1_700_000_000_500,
      ...changes,
      assets: {
        USDT: { ...asset, total: '100000.5', reserved: '12.5' },
        BTC: { ...asset, total: '0', reserved: '0' },
      },
    },
  };
}

test('workers tell what they have under way, how much more they would take, and what they keep', async () => {
  const of = (taskQueue: string, numInFlightNonLocalActivities: number) => ({
    taskQueue,
    activitiesMax: 10,
    status: {
      numInFlightWorkflowActivations: 1,
      numInFlightNonLocalActivities,
      numInFlightLocalActivities: 4,
      numCachedWorkflows: 7,
    },
  });
  // More than it takes at once: the worker of another setting.
  tellWorkers(registry, () => [of('signals', 3), of('entities', 12)]);
  expect(await lines()).toEqual([
    'oncefill_worker_tasks{queue="signals",kind="workflow"} 1',
    'oncefill_worker_tasks{queue="signals",kind="activity"} 3',
    'oncefill_worker_tasks{queue="signals",kind="local_activity"} 4',
    'oncefill_worker_tasks{queue="entities",kind="workflow"} 1',
    'oncefill_worker_tasks{queue="entities",kind="activity"} 12',
    'oncefill_worker_tasks{queue="entities",kind="local_activity"} 4',
    'oncefill_worker_activity_slots_free{queue="signals"} 7',
    'oncefill_worker_activity_slots_free{queue="entities"} 0',
    'oncefill_worker_workflows_cached{queue="signals"} 7',
    'oncefill_worker_workflows_cached{queue="entities"} 7',
  ]);
});

test('an account becomes its balances, requests, reservations and trading state', async () => {
  tellAccount(registry, 'bybit', account(), 'USDT');
  const told = await lines();
  expect(told).toEqual(
    expect.arrayContaining([
      'oncefill_account_up{exchange="bybit"} 1',
      'balance_manager_total_balance{exchange="bybit",symbol="USDT"} 100000.5',
      'balance_manager_reserved_balance{exchange="bybit",symbol="USDT"} 12.5',
      'rate_limiter_requests_total{exchange="bybit",endpoint="order"} 9',
      'rate_limiter_blocked_requests{exchange="bybit"} 4',
      'oncefill_reservations_total{exchange="bybit",result="denied"} 1',
      'oncefill_reservations_pending{exchange="bybit"} 1',
      'oncefill_trading_state{exchange="bybit",state="reducing"} 1',
      'oncefill_trading_state{exchange="bybit",state="active"} 0',
      'oncefill_limiter_used_weight{exchange="bybit",endpoint="global"} 3',
      'oncefill_account_report_timestamp_seconds{exchange="bybit"} 1700000000.5',
    ]),
  );
  expect(told.filter((line) => line.includes('BTC'))).toEqual([]);
});

test('an account that does not answer is said to be down, and has no figures', async () => {
  tellAccount(registry, 'bybit', undefined, 'USDT');
  expect(await lines()).toEqual(['oncefill_account_up{exchange="bybit"} 0']);
});

test('before the first report of the venue no balance is told', async () => {
  tellAccount(registry, 'bybit', account({ asOfMs: 0 }), 'USDT');
  expect((await lines()).filter((line) => line.startsWith('balance_manager'))).toEqual([]);
});

test('health becomes a number for each part, and heartbeats an age and an instant', async () => {
  const engine = { name: 'trading_engine', status: 'degraded', pid: 7, heartbeatAgeMs: 2_500, text: '' } as const;
  const gone = { name: 'ml_manager', status: 'unhealthy', text: 'not running' } as const;
  tellHealth(registry, { details: [{ name: 'temporal', status: 'healthy', text: '' }, engine, gone] }, 10_000);
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'process_monitor_component_health{name="trading_engine"} 0.5',
      'process_monitor_component_health{name="ml_manager"} 0',
      'process_monitor_component_health{name="api"} 1',
      'worker_coordinator_active_workers{type="trading_engine"} 1',
      'worker_coordinator_active_workers{type="ml_manager"} 0',
      'worker_coordinator_heartbeat_age_seconds{worker_id="trading_engine"} 2.5',
      'worker_coordinator_last_heartbeat_timestamp_seconds{worker_id="trading_engine"} 7.5',
    ]),
  );
});

test('while the server does not answer nobody says how many workers there are', async () => {
  const parts = ['temporal', 'trading_engine'].map((name) => ({ name, status: 'unhealthy', text: '' }) as const);
  tellHealth(registry, { details: parts }, 10_000);
  expect((await lines()).filter((line) => line.startsWith('worker_coordinator'))).toEqual([]);
});

test('without a stuck order there is no instant of the oldest one', async () => {
  tellSignals(registry, { running: 2, unknown: 0, missing: 0 });
  expect(await lines()).toEqual([
    'oncefill_signals_running 2',
    'oncefill_orders_unknown 0',
    'oncefill_orders_missing 0',
  ]);
});

test('ticks that failed are counted beside those that predicted', async () => {
  const stats = {
    ticks: 5,
    failedTicks: 2,
    predictions: 10,
    signalsAccepted: 3,
    signalsDuplicate: 1,
    signalsRefused: 0,
  };
  tellMlManager(registry, { stats, state: { status: 'running', model: 'm', nextTickMs: 1 } });
  const told = await lines();
  expect(told).toEqual(
    expect.arrayContaining([
      'oncefill_ml_ticks_total{result="predicted"} 5',
      'oncefill_ml_ticks_total{result="failed"} 2',
    ]),
  );
  expect(told.filter((line) => line.includes('last_tick'))).toEqual([]);
});

test("the model's score is told by horizon, and what is not known of it has no series", async () => {
  const summary = { outcomes: 9, recentOutcomes: 7, scale: 1.5, coverage90: 0.75, isCalibrated: false };
  const liveScore = [
    { minutes: 15, ...summary, isJudged: true },
    { minutes: 60, ...summary, isJudged: false },
  ];
  const state = { status: 'running', model: 'm', nextTickMs: 1, liveScore } as const;
  tellModel(registry, { funnel: { OPENED: 2, NOT_CALIBRATED: 3 } } as never, state);
  const told = await lines();
  expect(told).toEqual(
    expect.arrayContaining([
      'oncefill_model_verdicts_total{outcome="NOT_CALIBRATED"} 3',
      'oncefill_model_coverage_ratio{horizon="15",interval="90"} 0.75',
      'oncefill_model_scale_ratio{horizon="60"} 1.5',
      'oncefill_model_calibrated{horizon="15"} 0',
    ]),
  );
  expect(told.filter((line) => /calibrated\{horizon="60"|hit_ratio|data_end/.test(line))).toEqual([]);
});

test('a signal at the door is unique, a duplicate or refused, and each is a check', async () => {
  const door = new DoorMetrics(registry);
  door.checked({ status: 'accepted' });
  door.checked({ status: 'accepted', repeated: true });
  door.checked({ status: 'duplicate' });
  door.checked({ status: 'refused', code: 'STALE_SIGNAL' });
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'signal_deduplicator_total_checks 4',
      'signal_deduplicator_unique_signals 1',
      'signal_deduplicator_duplicates_found 2',
      'oncefill_denials_total{code="STALE_SIGNAL"} 1',
      'oncefill_denials_total{code="DISK_LOW"} 0',
    ]),
  );
});

test('a traded signal is counted by its outcome, its road and its steps', async () => {
  const trade = new TradeMetrics(registry);
  new DoorMetrics(registry);
  trade.ended({ outcome: 'FILLED', road: 'short', toOrderMs: 40, steps: { reserveMs: 10, sendMs: 30, bookMs: 5 } });
  trade.ended({ outcome: 'DENIED', denialCode: 'REDUCE_ONLY', road: 'durable' });
  trade.permitWaits('order', -3);
  trade.permitLapsed('order');
  trade.answered('order', 'PLACED');
  trade.answered('account');
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'oncefill_signals_ended_total{outcome="FILLED"} 1',
      'oncefill_signals_ended_total{outcome="EXPIRED"} 0',
      'oncefill_signal_to_order_seconds_bucket{le="0.025",road="short"} 0',
      'oncefill_signal_to_order_seconds_bucket{le="0.05",road="short"} 1',
      'oncefill_signal_to_order_seconds_count{road="short"} 1',
      'oncefill_signal_step_seconds_sum{step="send"} 0.03',
      'oncefill_denials_total{code="REDUCE_ONLY"} 1',
      'oncefill_limiter_wait_seconds_sum{endpoint="order"} 0',
      'oncefill_permits_lapsed_total{endpoint="order"} 1',
      'oncefill_permits_lapsed_total{endpoint="account"} 0',
      'oncefill_venue_answers_total{endpoint="order",kind="PLACED"} 1',
      'oncefill_venue_answers_total{endpoint="account",kind="ANSWERED"} 1',
    ]),
  );
});
