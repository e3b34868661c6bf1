import type { Installation } from '../../../harness/installation';
import { waitFor } from '../../../harness/wait-for';
import { entryOf, SEED_METRIC_NAMES } from '../../../src/observability/metrics/metric-names';
import { readFigures, type Figures } from './metrics';
import { send, waitForEnd, type EndedSignal, type SignalBody } from './trading';

const FILLED = 8;
const REPEATED = 4;
/** More than the paper account can pay. */
const TOO_MUCH = '50';
const FIGURES_MAX_MS = 60_000;
/** Of every road: a slow machine may miss the short one. */
const TO_ORDER = 'oncefill_signal_to_order_seconds_count';
/** Depend on prices and on the moment. */
const ORDERS = 'rate_limiter_requests_total{component="api",endpoint="order",exchange="bybit"}';
const TOTAL = 'balance_manager_total_balance{component="api",exchange="bybit",symbol="USDT"}';
const AGE = 'worker_coordinator_heartbeat_age_seconds';
/** Who holds a slot. */
const WORKING = ['trading_engine', 'ml_manager', 'system_monitor'];
/** Who keeps a log. */
const LOGGING = ['api', 'supervisor', ...WORKING];
/** Whose health is told. */
const HEALTHY = ['api', 'temporal', 'paper_venue', 'venue_account', ...WORKING];

function signal(strategy: string, changes: Partial<SignalBody> = {}): SignalBody {
  const timestamp = new Date().toISOString();
  return { symbol: 'BTCUSDT', direction: 'BUY', strategy, timestamp, amount: '0.01', ...changes };
}

/** Ten signals of which eight fill, one is denied and one is refused by the venue; four are sent once more. */
export async function tradeKnownNumbers(product: Installation): Promise<void> {
  const good = Array.from({ length: FILLED }, (_, index) => signal(`known-${index}`));
  const tooLarge = signal('known-denied', { amount: TOO_MUCH });
  // Nothing is open there that could be reduced.
  const refused = signal('known-rejected', { symbol: 'ETHUSDT', direction: 'SELL', intent: 'exit' });
  const sent = await Promise.all([...good, tooLarge, refused].map((body) => send(product, body)));
  const ended = await Promise.all(sent.map(({ fingerprint }) => waitForEnd(product, fingerprint)));
  const outcomes = ended.map(({ outcome }: EndedSignal) => outcome);
  expect(outcomes).toEqual([...good.map(() => 'FILLED'), 'DENIED', 'REJECTED']);
  for (const body of good.slice(0, REPEATED)) {
    expect(await send(product, body)).toMatchObject({ httpStatus: 200, repeated: true });
  }
}

/** @param product on which nothing else was traded */
export async function lookAtKnownNumbers(product: Installation): Promise<void> {
  const exactly: Readonly<Record<string, number>> = {
    'signal_deduplicator_total_checks{component="api"}': 14,
    'signal_deduplicator_duplicates_found{component="api"}': REPEATED,
    'signal_deduplicator_unique_signals{component="api"}': 10,
    'worker_coordinator_active_workers{component="api",type="trading_engine"}': 1,
    'worker_coordinator_active_workers{component="api",type="ml_manager"}': 1,
    'worker_coordinator_active_workers{component="api",type="system_monitor"}': 1,
    'rate_limiter_blocked_requests{component="api",exchange="bybit"}': 0,
    ...Object.fromEntries(
      HEALTHY.map((name) => [`process_monitor_component_health{component="api",name="${name}"}`, 1]),
    ),
    ...Object.fromEntries(LOGGING.map((name) => [`process_monitor_errors_total{component="${name}"}`, 0])),
    'oncefill_component_up{component="trading_engine"}': 1,
    'oncefill_component_up{component="supervisor"}': 1,
    'oncefill_component_up{component="system_monitor"}': 1,
    'oncefill_component_up{component="paper_venue"}': 1,
    'oncefill_alerts_firing{component="system_monitor",rule="venue_unreachable",severity="critical"}': 0,
    'oncefill_account_up{component="api",exchange="bybit"}': 1,
    'oncefill_reservations_total{component="api",exchange="bybit",result="denied"}': 1,
    'oncefill_reservations_total{component="api",exchange="bybit",result="released"}': 1,
    'oncefill_signals_ended_total{component="trading_engine",outcome="FILLED"}': FILLED,
    'oncefill_reservations_total{component="api",exchange="bybit",result="committed"}': FILLED,
    'oncefill_venue_answers_total{component="trading_engine",endpoint="order",kind="PLACED"}': FILLED,
    'balance_manager_reserved_balance{component="api",exchange="bybit",symbol="USDT"}': 0,
    'signal_deduplicator_total_checks{component="trading_engine"}': 0,
    'oncefill_signals_ended_total{component="trading_engine",outcome="DENIED"}': 1,
    'oncefill_signals_ended_total{component="trading_engine",outcome="REJECTED"}': 1,
    'oncefill_denials_total{component="trading_engine",code="INSUFFICIENT_FUNDS"}': 1,
    'oncefill_component_restarts_total{component="trading_engine",cause="signal"}': 0,
    'oncefill_component_restarts_total{component="temporal",cause="hang"}': 0,
  };
  // Some are asked for now and then, and what is read at one moment is of several.
  let others: readonly string[] = [];
  const figures = await waitFor(
    'every figure to be right',
    async () => {
      const now = await readFigures(product);
      const wrong = Object.entries(exactly).filter(([series, value]) => now.of(series) !== value);
      others = wrong.map(([series, value]) => `${series} is ${now.of(series)} and not ${value}`);
      return wrong.length === 0 && now;
    },
    { timeoutMs: FIGURES_MAX_MS, intervalMs: 200, explain: () => others.join('; ') },
  );
  process.stdout.write(`${SEED_METRIC_NAMES.flatMap((name) => knownLines(figures, name)).join('\n')}\n`);
  const toOrder = ['short', 'durable'].map((road) =>
    figures.of(`${TO_ORDER}{component="trading_engine",road="${road}"}`),
  );
  expect(toOrder.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(FILLED);
  // Those that fill, and the one that the venue refuses; the engine's own checks come to it.
  expect(figures.of(ORDERS) ?? 0).toBeGreaterThanOrEqual(FILLED + 1);
  const total = figures.of(TOTAL) ?? 0;
  expect(total).toBeGreaterThan(0);
  for (const worker of WORKING) {
    const age = figures.of(`${AGE}{component="api",worker_id="${worker}"}`) ?? -1;
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(product.config.workers.heartbeatTimeoutSeconds);
  }
  const lookedAt = [...Object.keys(exactly), ORDERS, TOTAL, ...WORKING.map(() => AGE)];
  for (const name of SEED_METRIC_NAMES) {
    // A value of each was looked at, and every series of it has exactly its labels.
    expect(lookedAt).toContainEqual(expect.stringMatching(new RegExp(`^${name}\\b`)));
    const labels = knownLines(figures, name).map((line) =>
      [...line.matchAll(/([a-z_]+)="/g)].map(([, label = '']) => label),
    );
    const known = [...new Set(['component', ...entryOf(name).labels])].toSorted();
    expect(labels.map((found) => [...found].toSorted())).toEqual(labels.map(() => known));
  }
}

function knownLines({ text }: Figures, name: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`));
}
