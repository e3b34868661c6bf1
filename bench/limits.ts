import { setTimeout as sleep } from 'node:timers/promises';
import type { SignalView } from '../src/domain/signal-view';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import { measureLatencies, renderLatencies, type LatencyFigures } from './latencies';
import { openMeasuredProduct, type MeasuredProduct } from './measured-product';
import { readAcceptedTimes } from './paper-orders';
import { patientIntake } from './patient-intake';
import type { LimitSettings } from './settings';
import type { BenchSignal } from './signal-maker';
import { mostWithin } from './statistics';
import { figure, renderFigures } from './table';
import { within } from './within';

const SIGNALS = 300;
/** The exit is handed in so long after the burst, in its midst. */
const EXIT_AFTER_MS = 8_000;
/** So long each burst is watched; what still waits then is left. */
const WATCHED_MS = 60_000;
const AUDIT_TIMEOUT_MS = 10_000;
const SYMBOL = 'BTCUSDT';
const AMOUNT = '0.001';
const SECOND_MS = 1_000;

/** What became of a burst at a venue that enforces its documented limits. */
export interface LimitBurstFigures {
  readonly limits: LimitSettings;
  readonly signals: number;
  readonly accepted: number;
  /** Orders accepted in a second, over the time from the first to the last. */
  readonly perSecond: number;
  readonly mostInASecond: number;
  /** Requests that broke a limit of the venue, of any kind. */
  readonly breaches: number;
  /** Of the exit, from when it was handed in; undefined: not within the time. */
  readonly exitSentMs: number | undefined;
  readonly exitBookedMs: number | undefined;
}

/** Everything that `npm run bench -- limits` found out; also what `--json` prints. */
export interface LimitsReport {
  readonly bursts: readonly LimitBurstFigures[];
  readonly latencies: readonly LatencyFigures[];
}

/**
 * Hands hundreds of signals in at once, and an exit in their midst, at a venue that enforces its documented limits: with the
 * default limits, and with the documented ones alone. Then asks venues that answer late for as much as the limiter allows.
 */
export async function measureLimits(abort: AbortSignal, progress: (line: string) => void): Promise<LimitsReport> {
  const bursts: LimitBurstFigures[] = [];
  for (const limits of ['documented', 'default'] as const) {
    progress(`${SIGNALS} signals at once, and an exit in their midst; limits: ${limits} …`);
    bursts.push(await measureBurst(limits, abort));
  }
  return { bursts, latencies: await measureLatencies(abort, progress) };
}

/** @returns lines of tables */
export function renderLimits({ bursts, latencies }: LimitsReport): readonly string[] {
  const heading = [
    'limits',
    'signals',
    'accepted',
    'per second',
    'most in one',
    'breaches',
    'exit sent',
    'exit booked',
  ];
  const rows = bursts.map((burst) => [
    burst.limits,
    String(burst.signals),
    String(burst.accepted),
    figure(burst.perSecond, 1),
    String(burst.mostInASecond),
    String(burst.breaches),
    figure(burst.exitSentMs, 0, 'ms'),
    figure(burst.exitBookedMs, 0, 'ms'),
  ]);
  return [
    `A burst, watched for ${WATCHED_MS / 1_000} s; the exit comes after ${EXIT_AFTER_MS / 1_000} s:`,
    '',
    ...renderFigures([heading, ...rows]),
    '',
    ...renderLatencies(latencies),
  ];
}

async function measureBurst(limits: LimitSettings, abort: AbortSignal): Promise<LimitBurstFigures> {
  const product = await openMeasuredProduct({ progress: () => undefined, limits });
  try {
    return await tradeAtOnce(product, limits, abort);
  } finally {
    // In the midst of its work: a worker that cannot end gracefully must not keep the other parts from ending.
    await product.close().catch(() => product.close());
  }
}

async function tradeAtOnce(
  product: MeasuredProduct,
  limits: LimitSettings,
  abort: AbortSignal,
): Promise<LimitBurstFigures> {
  const intake = patientIntake(product);
  const startedMs = performance.now();
  const leftMs = (): number => startedMs + WATCHED_MS - performance.now();
  const burst = Array.from({ length: SIGNALS }, (_, number) => intake(entryOf(number)));
  await sleep(EXIT_AFTER_MS, undefined, { signal: abort });
  const exitHandedInMs = performance.now();
  const exitHandedInAtMs = Date.now();
  const exit = await intake({ ...entryOf(SIGNALS), direction: 'SELL', intent: 'exit' });
  const end = product.engine.client.workflow.getHandle<() => Promise<SignalView>>(exit).result();
  const exitOutcome = await within(
    end.then(({ outcome }) => outcome),
    leftMs(),
    abort,
    () => undefined,
  );
  const exitBookedMs = exitOutcome === 'FILLED' ? performance.now() - exitHandedInMs : undefined;
  await Promise.all(burst);
  await sleep(Math.max(0, leftMs()), undefined, { signal: abort });
  const { venueUrl } = product.installation;
  const acceptedAtMs = await readAcceptedTimes(venueUrl, SIGNALS + 1);
  const exitAtMs = acceptedAtMs.get(clientOrderIdOf(exit));
  const times = [...acceptedAtMs.values()].sort((one, other) => one - other);
  const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return {
    limits,
    signals: SIGNALS,
    accepted: times.length,
    perSecond: times.length / (spanMs / SECOND_MS),
    mostInASecond: mostWithin(times, SECOND_MS),
    breaches: await breachesOf(venueUrl),
    exitSentMs: exitAtMs === undefined ? undefined : exitAtMs - exitHandedInAtMs,
    exitBookedMs,
  };
}

function entryOf(number: number): BenchSignal {
  return {
    symbol: SYMBOL,
    amount: AMOUNT,
    direction: 'BUY',
    strategy: `bench-${number}`,
    timestampMs: Date.now(),
    intent: 'entry',
  };
}

async function breachesOf(venueUrl: string): Promise<number> {
  const response = await fetch(`${venueUrl}/paper/audit?summary=1`, { signal: AbortSignal.timeout(AUDIT_TIMEOUT_MS) });
  const { limitBreaches } = (await response.json()) as { readonly limitBreaches: { readonly total: number } };
  return limitBreaches.total;
}
