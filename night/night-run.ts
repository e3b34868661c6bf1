import { pause } from '../chaos/waiting';
import { ExitCode } from '../src/process/exit-codes';
import { isProcessFault, type Fault, type FaultName } from './faults';
import { gapsIn, repetitionsIn, type Told } from './judge';
import { CHANNELS, type Channel } from './messages';
import { NightStage, SERVES_AGAIN_MAX_MS, type StageOptions } from './night-stage';
import { TIME_TO_LIVE_SECONDS } from './night-product';
import { strikesOf, type Strike } from './plan-night';
import type { Uptime } from './uptime';

/** A trouble lasts so long at least, so that who sends mail, fills a disk or waits for a venue meets it more than once. */
const TROUBLE_LEAST_MS = 15_000;
/** After its time to live a signal waits for proofs, and for who comes back. */
const ENDS_MAX_MS = TIME_TO_LIVE_SECONDS * 1_000 + 5 * 60_000;
/** The patience of every rule whose end is waited for, and a busy machine. */
const RESOLVED_MAX_MS = 5 * 60_000;
/** These stay open for ten minutes after the last time: a night does not wait for that. */
const LONG_OPEN = ['process_died', 'crash_loop'];
/** Of these each has to tell of every fault. */
const MUST_TELL: readonly Channel[] = ['email', 'json'];
const DISK_MB = 256;
/** What signals, candles and logs of a minute take, megabytes. */
const DISK_MB_PER_MINUTE = 2;
const PAUSES_PER_NIGHT = 50;
const PAUSE_MOST_MS = 180_000;
const MINUTE_MS = 60_000;

export interface NightOptions extends Pick<StageOptions, 'seed' | 'signal' | 'progress'> {
  /** How long faults are injected; the healing takes some minutes more. Without meaning beside `faults`. */
  readonly minutes: number;
  /** These, once and in this order, instead of what the seed draws. */
  readonly faults?: readonly FaultName[];
  readonly signalEveryMs: number;
}

export interface FaultReport {
  readonly fault: Fault;
  readonly told: Readonly<Partial<Record<Channel, Told>>>;
  /** Rule and subject of the alert that told. */
  readonly alert?: string;
}

export interface NightReport {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: readonly FaultReport[];
  readonly skipped: readonly string[];
  readonly uptime: ReturnType<Uptime['shares']>;
  readonly messages: Readonly<Record<Channel, number>>;
  /** Alerts by rule: told, told as over. */
  readonly alerts: Readonly<Record<string, { readonly raised: number; readonly resolved: number }>>;
  readonly repetitions: number;
  readonly monitorDeaths: number;
  readonly pings: number;
  readonly longestSilenceMs: number;
  readonly signals: {
    readonly sent: number;
    readonly accepted: number;
    readonly repeated: number;
    readonly refused: Readonly<Record<string, number>>;
    readonly outcomes: Readonly<Record<string, number>>;
  };
  readonly orders: number;
  readonly mostOrdersPerSignal: number;
  /** What should not be, a sentence each; empty: the night passed. */
  readonly violations: readonly string[];
  /** Kept when it did not pass. */
  readonly dataDir?: string;
}

/** One night of a fresh installation. */
export async function runNight(options: NightOptions): Promise<NightReport> {
  const { seed, minutes, faults, signal } = options;
  const startedAtMs = performance.now();
  const fillsDisk = faults === undefined || faults.includes('full disk');
  const diskMb = fillsDisk ? Math.ceil(DISK_MB + DISK_MB_PER_MINUTE * minutes) : undefined;
  const stage = await NightStage.open({ ...options, diskMb });
  const night = new Night(stage, options);
  let keep = true;
  try {
    const pauseMostMs = Math.min(PAUSE_MOST_MS, (minutes * MINUTE_MS) / PAUSES_PER_NIGHT);
    if (faults) await night.pass(faults.map((name) => ({ pauseMs: 0, faults: strikeOf(name), apartMs: 0 })));
    else await night.pass(strikesOf(seed, pauseMostMs), startedAtMs + minutes * MINUTE_MS);
    const report = await night.audit();
    keep = report.violations.length > 0;
    const tookMinutes = (performance.now() - startedAtMs) / MINUTE_MS;
    return { ...report, minutes: tookMinutes, dataDir: keep ? stage.product.installation.dataDir : undefined };
  } finally {
    await stage.close(keep && !signal.aborted);
  }
}

/** Where mail does not go out, something has to happen that is to be told. */
function strikeOf(name: FaultName): readonly FaultName[] {
  return name === 'dead mail server' ? [name, 'kill paper_venue'] : [name];
}

export class Night {
  private readonly skipped: string[] = [];
  private readonly violations: string[] = [];

  constructor(
    private readonly stage: NightStage,
    private readonly options: NightOptions,
  ) {}

  async pass(strikes: Iterable<Strike>, endMs = Infinity): Promise<void> {
    for (const { pauseMs, faults, apartMs } of strikes) {
      await pause(Math.min(pauseMs, endMs - performance.now()), this.options.signal);
      if (performance.now() >= endMs) return;
      const possible = faults.filter((name) => this.isPossible(name));
      if (possible.length > 0) await this.strike(possible, apartMs);
    }
  }

  private isPossible(name: FaultName): boolean {
    const { noDisk } = this.stage.room;
    if (name !== 'full disk' || noDisk === undefined) return true;
    const sentence = `The disk is not filled: a disk of its own could not be made, because ${noDisk}.`;
    if (!this.skipped.includes(sentence)) {
      this.skipped.push(sentence);
      this.options.progress(sentence);
    }
    return false;
  }

  /** Begins them one after the other, and ends the troubles among them once they were told. */
  private async strike(names: readonly FaultName[], apartMs: number): Promise<void> {
    const begun: Fault[] = [];
    for (const [index, name] of names.entries()) {
      if (index > 0) await pause(apartMs, this.options.signal);
      begun.push(await this.stage.begin(name));
      this.options.progress(`${name} …`);
    }
    const mail = begun.find(({ name }) => name === 'dead mail server');
    const channels = mail ? (['json'] as const) : MUST_TELL;
    for (const fault of begun) if (fault !== mail) await this.stage.untilTold(fault, channels);
    for (const { name, atMs } of begun) {
      if (!isProcessFault(name)) await pause(atMs + TROUBLE_LEAST_MS - Date.now(), this.options.signal);
    }
    for (const fault of begun) await this.stage.end(fault);
    if (!(await this.stage.untilAllServe())) {
      this.violations.push(`After ${names.join(' and ')} not everything served within ${SERVES_AGAIN_MAX_MS} ms.`);
    }
    for (const fault of begun) this.options.progress(`${fault.name}: ${this.sentenceOf(fault)}`);
  }

  private sentenceOf(fault: Fault): string {
    if (fault.name === 'dead mail server') return 'mail goes out again';
    const told = this.stage.told(fault, 'json');
    const by =
      told === undefined ? 'not told' : told.afterMs < 0 ? 'in an open alert' : `told after ${seconds(told.afterMs)} s`;
    const again =
      fault.servesAgainAtMs === undefined
        ? ''
        : `, serves again after ${seconds(fault.servesAgainAtMs - fault.atMs)} s`;
    return `${by}${again}`;
  }

  /** Everything has to come to its end, and everybody to have been told. */
  async audit(): Promise<Omit<NightReport, 'minutes'>> {
    const { stage, options, violations } = this;
    const { stream, product, receivers, venue } = stage;
    options.progress('The faults are over: waits until all is well, every signal has ended and everybody was told.');
    await stage.untilAllServe();
    stage.stopSending();
    const areEnded = await stage.until(ENDS_MAX_MS, () => stream.isAnswered && stream.open.length === 0);
    if (!areEnded)
      violations.push(`Accepted signals that did not end: ${stream.open.join(', ') || 'one is unanswered'}.`);
    await product.installation.waitUntilHealthy().catch((error: Error) => violations.push(error.message));
    await this.untilResolved();
    if (!(await stage.untilDrained())) violations.push('Messages still wait for a channel.');
    const books = await venue.observe();
    await stage.stopWatching();
    const { exitCode, left } = await product.stop();
    if (exitCode !== ExitCode.SUCCESS) violations.push(`The product ended with exit code ${exitCode}.`);
    if (left.length > 0) violations.push(`Left running: ${left.join(', ')}.`);
    const faults = stage.faults.map((fault) => this.reportOf(fault));
    violations.push(
      ...stream.violations,
      ...receivers.unreadable,
      ...stream.compare(books?.ordersPerClientId ?? {}),
      ...faults.flatMap(missing),
      ...gapsIn(receivers),
    );
    const monitorDeaths = this.monitorDeaths();
    const repetitions = repetitionsIn(receivers);
    for (const channel of CHANNELS) {
      const times = repetitions.filter((each) => each.channel === channel).reduce((sum, each) => sum + each.times, 0);
      if (times > monitorDeaths)
        violations.push(`${channel} got ${times} repetitions, and its sender died ${monitorDeaths} times.`);
    }
    return {
      seed: options.seed,
      faults,
      skipped: this.skipped,
      uptime: stage.uptime.shares(),
      messages: this.messages(),
      alerts: this.alerts(),
      repetitions: repetitions.reduce((sum, { times }) => sum + times, 0),
      monitorDeaths,
      pings: receivers.pings.length,
      longestSilenceMs: longestSilence(receivers.pings),
      signals: {
        sent: stream.sent,
        accepted: stream.accepted.size,
        repeated: stream.repeated,
        refused: stream.refused,
        outcomes: stream.outcomes,
      },
      orders: books?.orders.accepted ?? 0,
      mostOrdersPerSignal: books?.maxOrdersPerClientId ?? 0,
      violations,
    };
  }

  /** The sender of alerts was ended, with or without its supervisor. */
  private monitorDeaths(): number {
    const { faults, product } = this.stage;
    const own = faults.filter(({ name }) => name === 'kill system_monitor' || name === 'stop system_monitor').length;
    return own + product.ends.length;
  }

  /** What can be over by now is told to be over. */
  private async untilResolved(): Promise<void> {
    const { stage } = this;
    const open = (): readonly string[] => {
      const { received, facts } = stage.receivers;
      const isOver = (id: string): boolean =>
        CHANNELS.every((channel) => received.some((one) => one.channel === channel && one.isEnd && one.alertId === id));
      return [...facts].filter(([id, { rule }]) => !LONG_OPEN.includes(rule) && !isOver(id)).map(([id]) => id);
    };
    if (await stage.until(RESOLVED_MAX_MS, () => open().length === 0)) return;
    for (const id of open()) {
      const { rule, subject } = stage.receivers.facts.get(id)!;
      this.violations.push(`Nobody told the end of ${rule} (${subject}) on every channel.`);
    }
  }

  private reportOf(fault: Fault): FaultReport {
    const told = Object.fromEntries(
      CHANNELS.flatMap((channel) => {
        const how = this.stage.told(fault, channel);
        return how === undefined ? [] : [[channel, how] as const];
      }),
    ) as FaultReport['told'];
    const facts = told.json && this.stage.receivers.facts.get(told.json.alertId);
    return { fault, told, alert: facts && `${facts.rule} (${facts.subject})` };
  }

  private messages(): Readonly<Record<Channel, number>> {
    const { received } = this.stage.receivers;
    const counts = CHANNELS.map((channel) => [channel, received.filter((one) => one.channel === channel).length]);
    return Object.fromEntries(counts) as Record<Channel, number>;
  }

  private alerts(): NightReport['alerts'] {
    const { received, facts } = this.stage.receivers;
    const counts: Record<string, { raised: number; resolved: number }> = {};
    for (const [id, { rule }] of facts) {
      const count = (counts[rule] ??= { raised: 0, resolved: 0 });
      count.raised += 1;
      if (received.some(({ alertId, isEnd, channel }) => channel === 'json' && isEnd && alertId === id))
        count.resolved += 1;
    }
    return counts;
  }
}

/** What has to be told is told by mail and by the webhook at least. */
function missing({ fault, told }: FaultReport): readonly string[] {
  if (fault.name === 'dead mail server') return [];
  const absent = MUST_TELL.filter((channel) => told[channel] === undefined);
  const at = new Date(fault.atMs).toISOString();
  const untold = absent.map((channel) => `${channel} was never told of "${fault.name}" at ${at}.`);
  const isDown = isProcessFault(fault.name) && fault.servesAgainAtMs === undefined;
  return isDown ? [...untold, `After "${fault.name}" at ${at} it never served again.`] : untold;
}

/** Milliseconds between two pings. */
function longestSilence(pings: readonly number[]): number {
  return Math.max(0, ...pings.slice(1).map((atMs, index) => atMs - pings[index]!));
}

export function seconds(spanMs: number): string {
  return (spanMs / 1_000).toFixed(1);
}
