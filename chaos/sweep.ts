import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CRASH_FILE_VARIABLE, CRASH_POINT_VARIABLE, type CrashPoint } from '../src/process/crash-points';
import { cancelUpdate } from '../src/messages/signal';
import { pollUntil } from '../src/process/poll';
import { checkBooks, checkSignals, waitForEnds } from './end-checks';
import { ExitWatch } from './exit-watch';
import { PositionAttack } from './position-attack';
import { Product, type Access } from './product';
import type { PlannedSignal } from './signal-plan';
import { Submitter, type HandedIn } from './submitter';
import {
  attackOf,
  expectedOutcome,
  isPositionScenario,
  SWEEP_CASES,
  type Scenario,
  type SweepCase,
} from './sweep-scenarios';
import { VenueAuditor } from './venue-auditor';
import { assertInvariant, Violation } from './violation';
import { forEachOf, within } from './waiting';

/** Most of a point's time is spent waiting for a lost call to count as lost, so that several run side by side. */
const POINTS_AT_ONCE = 3;
/** Long enough for every point: none may end only because its signal grew old. */
const TIME_TO_LIVE_SECONDS = 300;
const CRASH_MAX_MS = 30_000;
const RECOVERY_MAX_MS = 60_000;
const ENDS_MAX_MS = 90_000;
const VALUE = 500;
/** A position that is closed by its time is so after this; every other one stays until the operator closes it. */
const HOLD_SECONDS = 4;
const HOLD_LONG_SECONDS = 3_600;
/** A lost process counts as lost, the next one reads the venue's report, and acts. */
const LOOKED_AFTER_MAX_MS = 90_000;
/** More than the paper account holds. */
const UNAFFORDABLE_VALUE = 500_000;

export interface SweepOptions {
  /** Only these; absent: all. */
  readonly cases?: readonly SweepCase[];
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface PointReport extends SweepCase {
  readonly violation?: string;
  readonly dataDir?: string;
  readonly outcome?: string;
  /** Accepted by the venue. */
  readonly orders: number;
  readonly seconds: number;
  /** What became of the position, where the scenario has one. */
  readonly position?: PointPosition;
}

export interface PointPosition {
  /** After the crash, before the operator closed what was open. */
  readonly end: 'protected' | 'closed';
  /** How long it had no stop by the venue's books, milliseconds. */
  readonly unprotectedMs: number;
  /** Orders that closed something of it. */
  readonly exits: number;
}

/** Kills the product once at every named point, each time in a fresh installation, and audits what came of it. */
export async function sweep({ cases = SWEEP_CASES, signal, progress }: SweepOptions): Promise<PointReport[]> {
  const reports: PointReport[] = [];
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  await forEachOf(cases, POINTS_AT_ONCE, async (one) => {
    if (failed.signal.aborted) return;
    try {
      const report = await crashAt(one, stop);
      reports.push(report);
      progress(
        `${one.point}, ${one.scenario}: ${report.violation ?? report.outcome} after ${report.seconds.toFixed(0)} s`,
      );
      if (report.violation !== undefined) failed.abort();
    } catch (error) {
      // The points beside the first that failed are given up.
      if (!failed.signal.aborted) throw error;
    }
  });
  const order = ({ point, scenario }: SweepCase): number =>
    SWEEP_CASES.findIndex((one) => one.point === point && one.scenario === scenario);
  return reports.toSorted((left, right) => order(left) - order(right));
}

async function crashAt({ point, scenario }: SweepCase, signal: AbortSignal): Promise<PointReport> {
  const startedAtMs = performance.now();
  const crash = new PointRun(point, scenario, signal);
  let violation: Violation | undefined;
  const product = await crash.createProduct();
  try {
    await crash.toTheEnd(product);
    // A violation keeps the folder; so does an error that nobody expected.
    await product.stop();
    product.installation.discard();
  } catch (error) {
    await product.stop();
    if (signal.aborted) product.installation.discard();
    if (!(error instanceof Violation)) throw error;
    violation = error;
  }
  return {
    point,
    scenario,
    outcome: crash.outcome,
    orders: crash.orders,
    position: crash.position,
    seconds: (performance.now() - startedAtMs) / 1_000,
    violation: violation?.message,
    dataDir: violation && product.installation.dataDir,
  };
}

class PointRun {
  outcome: string | undefined;
  orders = 0;
  position: PointPosition | undefined;
  private readonly exits = new ExitWatch();

  constructor(
    private readonly point: CrashPoint,
    private readonly scenario: Scenario,
    private readonly signal: AbortSignal,
  ) {}

  createProduct(): Promise<Product> {
    const withPositions = isPositionScenario(this.scenario);
    return Product.create({ seed: 1, timeToLiveSeconds: TIME_TO_LIVE_SECONDS, withPositions });
  }

  async toTheEnd(product: Product): Promise<void> {
    const { scenario, signal } = this;
    const crashFile = join(product.installation.dataDir, 'crashed');
    const crashing = { [CRASH_POINT_VARIABLE]: this.point, [CRASH_FILE_VARIABLE]: crashFile };
    const access = await product.start(signal, scenario === 'handed_in' ? {} : crashing);
    let submitter: Submitter | undefined;
    const isHandedIn = (id: string): boolean => submitter?.isOurs(id) ?? false;
    const auditor = new VenueAuditor(
      product.installation.venueUrl,
      (id) => isHandedIn(id) || this.exits.mayBeExit(id),
      isPositionScenario(scenario) ? (audit) => PositionAttack.check(audit) : undefined,
    );
    submitter = new Submitter(await auditor.lastPrices());
    const attack = attackOf(scenario);
    if (attack) auditor.attackWith(() => attack);
    await auditor.observe();

    const handedIn = submitter.note(plannedSignal(scenario));
    if (scenario === 'handed_in') await handInByDyingProcess(product, handedIn, crashing);
    await submitter.send(handedIn, access, signal);
    if (scenario === 'cancelled') await this.cancel(access, handedIn);

    const crashed = await pollUntil(async () => existsSync(crashFile), within(CRASH_MAX_MS, signal));
    assertInvariant(crashed === true, 'the point is reached', () => `${this.point} was not, by ${scenario}`);
    await product.waitUntilHealthy(access, RECOVERY_MAX_MS, signal);
    if (isPositionScenario(scenario)) {
      const attack = new PositionAttack({ product, auditor, exits: this.exits, seed: 1, isHandedIn });
      await this.closePosition(access, attack, handedIn);
    }
    await this.audit(product, access, auditor, submitter);
  }

  /** It is looked after, or was closed once; the operator closes what is open, and the venue's books say how it was. */
  private async closePosition(access: Access, attack: PositionAttack, { planned }: HandedIn): Promise<void> {
    const { scenario, signal } = this;
    const expected = scenario === 'position_timed' ? 'BOOKED' : 'PROTECTED';
    const view = () => attack.hands.viewOf(access, planned.symbol);
    const reached = await pollUntil(
      async () => (await view())?.state === expected,
      within(LOOKED_AFTER_MAX_MS, signal),
    );
    assertInvariant(reached === true, 'a position is looked after whatever crashes', () => `it is not ${expected}`);
    await attack.hands.flatten(access, signal);
    await attack.audit(access, signal);
    const { exits = 0, unprotectedMs = 0, unprotectedByFaultMs = 0, trades } = attack.figures ?? {};
    assertInvariant(exits === 1 && trades === 1, 'a position is closed once', () => JSON.stringify(attack.figures));
    this.position = {
      end: expected === 'BOOKED' ? 'closed' : 'protected',
      unprotectedMs: Math.max(unprotectedMs, unprotectedByFaultMs),
      exits,
    };
  }

  private async audit(product: Product, access: Access, auditor: VenueAuditor, submitter: Submitter): Promise<void> {
    const { signal, scenario } = this;
    const views = await waitForEnds(access, submitter.handedIn, ENDS_MAX_MS, signal);
    for (const handedIn of submitter.handedIn) {
      await submitter.repeat(handedIn, { afterMs: 0, conflicting: false }, access, signal);
      this.outcome = views.get(handedIn.fingerprint)?.outcome;
    }
    await checkBooks(access, product.installation.config, auditor, signal);
    const orders = (await auditor.orders()) ?? [];
    this.orders = orders.filter(({ reduceOnly }) => !reduceOnly).length;
    checkSignals(submitter.handedIn, views, orders);
    const expected = expectedOutcome(scenario);
    assertInvariant(this.outcome === expected, 'a crash changes no outcome', () => `${this.outcome}, not ${expected}`);
  }

  private async cancel({ client, intake }: Access, { fingerprint }: HandedIn): Promise<void> {
    const isAtVenue = async (): Promise<boolean> => (await intake.show(fingerprint))?.order?.venueOrderId !== undefined;
    await pollUntil(isAtVenue, within(CRASH_MAX_MS, this.signal));
    await client.workflow.getHandle(fingerprint).executeUpdate(cancelUpdate, { args: ['swept away'] });
  }
}

function plannedSignal(scenario: Scenario): PlannedSignal {
  const isResting = scenario === 'cancelled';
  return {
    strategy: `sweep-${scenario}`,
    kind: isResting ? 'cancelled' : 'market',
    symbol: 'BTCUSDT',
    direction: 'BUY',
    isInside: scenario === 'market_inside',
    atMs: 0,
    value: scenario === 'denied' ? UNAFFORDABLE_VALUE : VALUE,
    ...(isResting && { priceFactor: 0.7 }),
    ...(isPositionScenario(scenario) && {
      guard: { holdSeconds: scenario === 'position_timed' ? HOLD_SECONDS : HOLD_LONG_SECONDS, restSeconds: 0 },
    }),
  };
}

/** `oncefill signal send`, killed at the point. */
async function handInByDyingProcess(
  product: Product,
  { signal: { symbol, direction, strategy, amount = '', timestampMs } }: HandedIn,
  crashing: NodeJS.ProcessEnv,
): Promise<void> {
  const words = ['--symbol', symbol, '--direction', direction, '--strategy', strategy, '--amount', amount];
  const at = ['--timestamp', new Date(timestampMs).toISOString()];
  const { exitCode } = await product.installation.run(['signal', 'send', ...words, ...at], crashing);
  assertInvariant(exitCode === null, 'the point is reached', () => `the command left with ${exitCode}`);
}
