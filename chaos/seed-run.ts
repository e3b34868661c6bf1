import { setMaxListeners } from 'node:events';
import type { FaultPlan } from '../src/paper-venue/faults/fault-plan';
import { pollUntil } from '../src/process/poll';
import { checkBooks, checkSignals, waitForEnds, type Views } from './end-checks';
import { EngineClock } from './engine-clock';
import { ExitWatch } from './exit-watch';
import { certainClasses, faultClassesOf, faultMix, type CertainFaults } from './fault-mix';
import { Killer, type Kills } from './killer';
import { tradingVenueOf } from '../src/config/trading-environment';
import { LISTED_LATE_MAX_MS } from '../src/intake/count-signals';
import { watchLedger } from './ledger-watch';
import { Operator } from './operator';
import { PositionAttack } from './position-attack';
import type { PositionFigures } from './position-checks';
import { Product, type Access } from './product';
import { checkReplays } from './replay-check';
import { planSignals } from './signal-plan';
import { Submitter } from './submitter';
import { VenueAuditor, type AuditedOrder } from './venue-auditor';
import { assertInvariant, Violation } from './violation';
import { forEachOf, pause, within } from './waiting';

/** The attack lasts this long per signal, and not less than the second figure. */
const ATTACK_MS_PER_SIGNAL = 180;
const ATTACK_LEAST_MS = 12_000;
/** Signals that rest or cannot be sent end by themselves after this. */
const TIME_TO_LIVE_SECONDS = 45;
const OBSERVE_INTERVAL_MS = 250;
const LEDGER_INTERVAL_MS = 2_000;
const PROGRESS_INTERVAL_MS = 5_000;
/** After the last fault: processes come back within the supervisor's longest pause, which is 30 s. */
const RECOVERY_MAX_MS = 90_000;
/**
 * After that: a lost call counts as lost after 30 s, the venue's proof takes a receive window more, what rests waits for
 * its time to live, and an order that the venue does not show is given a minute before it counts as missing.
 */
const ENDS_MAX_MS = 180_000;
const REPETITIONS_AT_ONCE = 8;
/** What a market order takes when nothing stands in its way, on a busy machine. */
const PROBE_MAX_MS = 30_000;
/** Small enough for whatever funds an attack leaves, and a few times the least order. */
const PROBE_VALUE = 400;

export interface SeedRunOptions {
  readonly seed: number;
  readonly signals: number;
  /** Whether positions are traded as people trade them, attacked and audited, too. */
  readonly withPositions?: boolean;
  /** Which faults come in any case; absent: what the seed draws, alone. */
  readonly certain?: CertainFaults;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface SeedReport {
  readonly seed: number;
  readonly violation?: string;
  /** Kept when the seed failed. */
  readonly dataDir?: string;
  readonly signals: number;
  readonly repetitions: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly orders: number;
  /** Client ids with more than one accepted order. */
  readonly duplicates: number;
  /** Signals whose funds were still held at the end. */
  readonly leaks: number;
  readonly faultClasses: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
  /** Classes that were to come in any case, and did not. */
  readonly notMet: readonly string[];
  readonly venueRequests: number;
  /** Runs whose history was replayed at the end. */
  readonly replays: number;
  readonly kills: Kills;
  /** How often the engine's clock stepped, by how far. */
  readonly clockSteps: Readonly<Record<string, number>>;
  /** Signals that an operator ended, because the venue does not show their order. */
  readonly settled: number;
  /** Of a seed with positions whose audit came to its end. */
  readonly positions?: PositionFigures;
  readonly minutes: number;
}

/** Attacks one fresh installation of the product with what a seed decides, lets it heal, and audits it. */
export async function runSeed(options: SeedRunOptions): Promise<SeedReport> {
  const { seed, signal, withPositions, certain } = options;
  const startedAtMs = performance.now();
  const isOddVenue = certain === 'venue';
  const product = await Product.create({ seed, timeToLiveSeconds: TIME_TO_LIVE_SECONDS, withPositions, isOddVenue });
  const run = new SeedRun(product, options);
  let violation: Violation | undefined;
  try {
    await run.toTheEnd();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error;
  } finally {
    await product.stop();
    if (violation === undefined && !isFailing(run, signal)) product.installation.discard();
  }
  const minutes = (performance.now() - startedAtMs) / 60_000;
  return {
    ...run.figures(),
    minutes,
    violation: violation?.message,
    dataDir: violation && product.installation.dataDir,
  };
}

/** An unexpected error keeps the folder as well; an interruption does not. */
function isFailing(run: SeedRun, signal: AbortSignal): boolean {
  return !run.isComplete && !signal.aborted;
}

class SeedRun {
  isComplete = false;
  private readonly killer: Killer;
  private readonly clock: EngineClock;
  private readonly operator: Operator;
  private readonly auditor: VenueAuditor;
  private readonly exits = new ExitWatch();
  private readonly positions: PositionAttack | undefined;
  private submitter = new Submitter(new Map());
  private views: Views = new Map();
  private ordersAccepted = 0;
  private duplicates = 0;
  private replays = 0;

  constructor(
    private readonly product: Product,
    private readonly options: SeedRunOptions,
  ) {
    const isHandedIn = (clientOrderId: string): boolean => this.submitter.isOurs(clientOrderId);
    this.auditor = new VenueAuditor(
      product.installation.venueUrl,
      (clientOrderId) => isHandedIn(clientOrderId) || this.exits.mayBeExit(clientOrderId),
      options.withPositions ? (audit) => PositionAttack.check(audit) : undefined,
    );
    this.positions = options.withPositions
      ? new PositionAttack({ product, auditor: this.auditor, exits: this.exits, seed: options.seed, isHandedIn })
      : undefined;
    this.killer = new Killer(product, options.seed, () => this.auditor.observe());
    this.clock = new EngineClock(product.installation.dataDir, options.seed);
    this.operator = new Operator({
      auditor: this.auditor,
      outputFile: product.installation.outputFile,
      signals: () => [...this.submitter.handedIn, ...this.exits.exits],
      engineKills: () => this.killer.kills.trading_engine,
    });
  }

  async toTheEnd(): Promise<void> {
    const { signal } = this.options;
    this.tell('starts the product');
    const access = await this.product.start(signal, {}, this.clock.nodeOptions);
    this.submitter = new Submitter(await this.auditor.lastPrices());
    const mix = this.mix(0);
    this.tell(`attacks with ${(mix.rate * 100).toFixed(0)} % faults: ${faultClassesOf(mix).join(', ')}`);
    const over = new AbortController();
    const watch = this.exits.run(access.client, AbortSignal.any([signal, over.signal]));
    try {
      await Promise.race([this.attackAndAudit(access), watch]);
    } finally {
      over.abort();
      await Promise.allSettled([watch]);
    }
    this.isComplete = true;
  }

  private async attackAndAudit(access: Access): Promise<void> {
    await this.attack(access);
    // To the end: the order of an exit may be missing, too, and its position waits for what a person says.
    await this.attended(access, async (stop) => {
      await this.heal(access, stop);
      await this.audit(access, stop);
    });
  }

  /** While the operator looks after what is missing. @throws Violation by whichever of both */
  private async attended(access: Access, work: (stop: AbortSignal) => Promise<void>): Promise<void> {
    const over = new AbortController();
    const stop = AbortSignal.any([this.options.signal, over.signal]);
    const [working, attending] = [work(stop), this.operator.run(access, stop)];
    try {
      await Promise.race([working, attending]);
    } finally {
      over.abort();
      await Promise.allSettled([working, attending]);
    }
  }

  figures(): Omit<SeedReport, 'minutes'> {
    const { seed, signals } = this.options;
    const { faults, requests } = this.auditor.totals();
    const ended = [...this.views.values()].filter(({ state }) => state === 'ENDED');
    const outcomes: Record<string, number> = {};
    for (const { outcome = 'NONE' } of ended) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return {
      seed,
      signals,
      repetitions: this.submitter.repetitions,
      outcomes,
      orders: this.ordersAccepted,
      duplicates: this.duplicates,
      leaks: this.submitter.handedIn.length - ended.length,
      faultClasses: faultClassesOf(this.mix(0)),
      faults,
      notMet: certainClasses(this.options.certain).filter((name) => faults[name] === undefined),
      venueRequests: requests,
      replays: this.replays,
      kills: this.killer.kills,
      clockSteps: this.clock.steps,
      settled: this.operator.settled,
      positions: this.positions?.figures,
    };
  }

  private mix(generation: number): FaultPlan {
    return faultMix(this.options.seed, generation, this.options);
  }

  /** Faults and kills; only safety is checked. */
  private async attack(access: Access): Promise<void> {
    const { seed, signals, signal, withPositions } = this.options;
    const durationMs = Math.max(ATTACK_LEAST_MS, signals * ATTACK_MS_PER_SIGNAL);
    this.auditor.attackWith((generation) => this.mix(generation));
    const over = new AbortController();
    const stop = AbortSignal.any([signal, over.signal]);
    // Every signal of the plan waits on it.
    setMaxListeners(0, stop);
    const startedAtMs = performance.now();
    const submissions = planSignals({ seed, signals, durationMs, withPositions }).map((planned) =>
      this.submitter.handIn(planned, access, startedAtMs, stop),
    );
    const watches = [
      this.observe(stop),
      this.watchLedger(access, stop),
      this.report(startedAtMs, stop),
      this.operator.run(access, stop),
      ...(this.positions ? [this.positions.hands.run(access, stop)] : []),
    ];
    const attack = Promise.all([
      ...submissions,
      this.killer.run(durationMs, stop),
      this.clock.run(durationMs, stop),
      pause(durationMs, stop),
    ]);
    try {
      // The first violation ends the attack; the watches end only with it.
      await Promise.race([attack, ...watches]);
    } finally {
      over.abort();
      await Promise.allSettled([attack, ...submissions, ...watches]);
    }
  }

  private async observe(stop: AbortSignal): Promise<void> {
    for (;;) {
      const audit = await this.auditor.observe();
      if (audit) {
        this.ordersAccepted = audit.orders.accepted;
        this.duplicates = Object.values(audit.ordersPerClientId ?? {}).filter((count) => count > 1).length;
      }
      await pause(OBSERVE_INTERVAL_MS, stop);
    }
  }

  private async watchLedger({ client }: Access, stop: AbortSignal): Promise<void> {
    const known = (id: string): boolean =>
      this.submitter.handedIn.some(({ fingerprint }) => fingerprint === id) || this.exits.mayBeExit(id);
    for (;;) {
      await watchLedger(client, tradingVenueOf(this.product.installation.config), known);
      await pause(LEDGER_INTERVAL_MS, stop);
    }
  }

  private async report(startedAtMs: number, stop: AbortSignal): Promise<void> {
    for (;;) {
      await pause(PROGRESS_INTERVAL_MS, stop);
      const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
      const faults = sumOf(this.auditor.totals().faults);
      this.tell(
        `${seconds} s: ${this.submitter.handedIn.length} signals, ${this.ordersAccepted} orders, ` +
          `${faults} faults, ${sumOf(this.killer.kills)} kills`,
      );
    }
  }

  /** No more faults: everything has to come back and to end. */
  private async heal(access: Access, signal: AbortSignal): Promise<void> {
    this.tell('heals the venue and waits for every end');
    const healed = await pollUntil(() => this.auditor.heal(), within(RECOVERY_MAX_MS, signal));
    if (!healed) throw new Violation('the venue comes back', `not within ${RECOVERY_MAX_MS} ms`);
    await this.waitForEnds(access, signal);
    await this.positions?.heal(access, signal);
    // Last, because a signal that waits for its operator is no healthy sight.
    await this.product.waitUntilHealthy(access, RECOVERY_MAX_MS, signal);
    await this.probe(access, signal);
    if (this.positions) await this.positions.hands.flatten(access, signal);
  }

  /** One signal more: an attack must leave nothing behind that keeps the next order waiting. */
  private async probe(access: Access, signal: AbortSignal): Promise<void> {
    const { seed } = this.options;
    const planned = { strategy: `chaos-${seed}-probe`, kind: 'market', symbol: 'BTCUSDT', direction: 'BUY' } as const;
    const handedIn = this.submitter.note({ ...planned, isInside: false, atMs: 0, value: PROBE_VALUE });
    await this.submitter.send(handedIn, access, signal);
    const views = await waitForEnds(access, [handedIn], PROBE_MAX_MS, signal);
    const view = views.get(handedIn.fingerprint);
    assertInvariant(view?.outcome === 'FILLED', 'the product trades after the attack', () => JSON.stringify(view));
    this.views = new Map([...this.views, ...views]);
  }

  private async waitForEnds(access: Access, signal: AbortSignal): Promise<void> {
    const { handedIn } = this.submitter;
    let toldAtMs = 0;
    this.views = await waitForEnds(access, handedIn, RECOVERY_MAX_MS + ENDS_MAX_MS, signal, (ended) => {
      if (performance.now() - toldAtMs < PROGRESS_INTERVAL_MS) return;
      toldAtMs = performance.now();
      this.tell(`${ended} of ${handedIn.length} signals have ended, ${this.operator.settled} by hand`);
    });
  }

  private async audit(access: Access, signal: AbortSignal): Promise<void> {
    const { handedIn } = this.submitter;
    await forEachOf(handedIn, REPETITIONS_AT_ONCE, (one) =>
      this.submitter.repeat(one, { afterMs: 0, conflicting: false }, access, signal),
    );
    await checkBooks(access, this.product.installation.config, this.auditor, signal);
    const orders = await this.auditor.orders();
    if (!orders) throw new Violation('the venue stays up', 'it does not answer after it healed');
    this.ordersAccepted = orders.length;
    checkSignals(handedIn, this.views, orders);
    await this.positions?.audit(access, signal);
    await this.checkExits(access, orders, signal);
    this.tell(`all books agree; replays every run`);
    // Every run has to be on the server's list.
    await pause(LISTED_LATE_MAX_MS, signal);
    this.replays = await checkReplays(access);
  }

  /** The exits that positions started by themselves have ended, and tell the truth as every signal does. */
  private async checkExits(access: Access, orders: readonly AuditedOrder[], signal: AbortSignal): Promise<void> {
    await this.exits.refresh(access.client);
    const { exits } = this.exits;
    checkSignals(exits, await waitForEnds(access, exits, ENDS_MAX_MS, signal), orders);
  }

  private tell(line: string): void {
    this.options.progress(`seed ${this.options.seed}: ${line}`);
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
