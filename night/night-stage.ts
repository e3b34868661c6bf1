import type { Connection } from '@temporalio/client';
import { pause } from '../chaos/waiting';
import { readBook } from '../src/observability/alerts/book-file';
import { pollUntil } from '../src/process/poll';
import { connectClient, resolveTarget } from '../src/temporal/connection';
import { componentOf, isProcessFault, tellingsOf, type Fault, type FaultName, type ProcessFault } from './faults';
import { toldBy, type Told } from './judge';
import type { Channel } from './messages';
import { NightProduct } from './night-product';
import { Receivers } from './receivers';
import { Room } from './room';
import { SignalStream } from './signal-stream';
import { Uptime } from './uptime';
import { BAN, OUTAGE, Venue } from './venue';

/** A process that died five times in a row waits 16 s for its start, and longer after each more. */
const VICTIM_MAX_MS = 10 * 60_000;
/** Slower than anything that happens, and a machine that does ten other things. */
export const SERVES_AGAIN_MAX_MS = 10 * 60_000;
/** A trouble of the venue is told after a minute; it goes on until then, and no longer than this. */
const TROUBLE_TOLD_MAX_MS = 5 * 60_000;
const DRAINED_MAX_MS = 15 * 60_000;
const LOOK_MS = 250;
const UPTIME_LOOK_MS = 500;

export interface StageOptions {
  readonly seed: number;
  /** Of a disk of its own for the data, megabytes; absent: it needs none. */
  readonly diskMb?: number;
  readonly signalEveryMs: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** One product with all that a night needs around it: who is told, who sends signals, who looks whether it serves. */
export class NightStage {
  readonly faults: Fault[] = [];
  private readonly sendingOver = new AbortController();
  private readonly watchingOver = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: StageOptions,
    readonly room: Room,
    readonly receivers: Receivers,
    readonly product: NightProduct,
    readonly venue: Venue,
    readonly stream: SignalStream,
    readonly uptime: Uptime,
    private readonly connection: Connection,
  ) {}

  /** Starts everything and returns when the product is healthy and signals flow. */
  static async open(options: StageOptions): Promise<NightStage> {
    const room = new Room(options.diskMb);
    const receivers = await Receivers.open();
    let product: NightProduct | undefined;
    try {
      product = await NightProduct.create(room, receivers, options.seed);
      await product.start();
      const { apiUrl, venueUrl, config } = product.installation;
      const venue = new Venue(venueUrl);
      const stream = new SignalStream(apiUrl, await venue.auditor.lastPrices());
      const { client, connection } = await connectClient(resolveTarget(config, {}));
      const uptime = new Uptime(product, client);
      const stage = new NightStage(options, room, receivers, product, venue, stream, uptime, connection);
      stage.run();
      return stage;
    } catch (error) {
      await product?.abandon();
      await receivers.close();
      room.close(false);
      throw error;
    }
  }

  /** Injects a fault and notes it. */
  async begin(name: FaultName): Promise<Fault> {
    if (isProcessFault(name)) return this.hit(name);
    const fault: Fault = { name, atMs: Date.now() };
    this.faults.push(fault);
    if (name === 'venue outage') await this.venue.begin(OUTAGE);
    if (name === 'venue ban') await this.venue.begin(BAN);
    if (name === 'full disk') this.room.fillDisk();
    if (name === 'dead mail server') await this.receivers.killMail();
    return fault;
  }

  /** Ends a trouble; what was killed or stopped is mended by the product. */
  async end(fault: Fault): Promise<void> {
    if (isProcessFault(fault.name)) return;
    if (fault.name === 'venue outage' || fault.name === 'venue ban') await this.venue.heal();
    if (fault.name === 'full disk') this.room.freeDisk();
    if (fault.name === 'dead mail server') await this.receivers.reviveMail();
    fault.endedAtMs = Date.now();
  }

  /** How a channel told of it until now. */
  told(fault: Fault, channel: Channel): Told | undefined {
    const { venue, dataDir } = this.product.installation.config;
    const index = this.faults.indexOf(fault);
    const tellings = tellingsOf(fault, this.faults.slice(0, index), { venue, dataDir });
    const next = this.faults.slice(index + 1).find(({ name }) => whatIsHit(name) === whatIsHit(fault.name));
    return toldBy(channel, fault.atMs, tellings, this.receivers, next?.atMs);
  }

  /** Waits until these told of it, or for as long as a trouble may go on. */
  async untilTold(fault: Fault, channels: readonly Channel[]): Promise<void> {
    await this.until(TROUBLE_TOLD_MAX_MS, () => channels.every((channel) => this.told(fault, channel) !== undefined));
  }

  /** @returns whether everything serves, what was hit by another process, within a bound that is far beyond what it takes */
  async untilAllServe(): Promise<boolean> {
    const isMended = ({ name, servesAgainAtMs }: Fault): boolean =>
      !isProcessFault(name) || servesAgainAtMs !== undefined;
    return this.until(SERVES_AGAIN_MAX_MS, () => this.uptime.areAllUp && this.faults.every(isMended));
  }

  /** Whether nothing waits for a channel any more. */
  async untilDrained(): Promise<boolean> {
    const { dataDir } = this.product.installation;
    return this.until(DRAINED_MAX_MS, () => {
      return Object.values(readBook(dataDir).book.outboxes).every(({ waiting }) => waiting.length === 0);
    });
  }

  async until(timeoutMs: number, holds: () => boolean): Promise<boolean> {
    const { signal } = this.options;
    return (await pollUntil(async () => holds(), { timeoutMs, intervalMs: LOOK_MS, signal })) === true;
  }

  stopSending(): void {
    this.sendingOver.abort();
  }

  /** Ends the watches. The product goes on. */
  async stopWatching(): Promise<void> {
    this.sendingOver.abort();
    this.watchingOver.abort();
    await this.running;
    await this.connection.close().catch(() => undefined);
  }

  /** Leaves nothing running. @param keep leaves the data for a person to look at */
  async close(keep: boolean): Promise<void> {
    await this.stopWatching();
    this.room.freeDisk();
    await this.product.abandon();
    await this.receivers.close();
    this.room.close(keep);
  }

  private run(): void {
    const { signalEveryMs, signal } = this.options;
    const stop = AbortSignal.any([signal, this.watchingOver.signal]);
    const stopSending = AbortSignal.any([stop, this.sendingOver.signal]);
    const failed = (error: unknown): void => {
      this.stream.violations.push((error as Error).message);
    };
    this.running = Promise.all([
      this.stream.run(signalEveryMs, stopSending, stop).catch(failed),
      this.venue.run(stop).catch(failed),
      this.uptime.run(UPTIME_LOOK_MS, stop).catch(failed),
      this.noteServing(stop),
    ]);
  }

  private async hit(name: ProcessFault): Promise<Fault> {
    const component = componentOf(name);
    const sign = name === `kill ${component}` ? 'SIGKILL' : 'SIGSTOP';
    const { signal } = this.options;
    // One that is about to be started is waited for.
    const hit = async (): Promise<Fault | undefined> => {
      const atMs = Date.now();
      return this.product.send(component, sign) === undefined ? undefined : { name, atMs };
    };
    const fault = await pollUntil(hit, { timeoutMs: VICTIM_MAX_MS, intervalMs: LOOK_MS, signal });
    if (fault === undefined) throw new Error(`There was no ${component} to hit within ${VICTIM_MAX_MS} ms.`);
    this.faults.push(fault);
    return fault;
  }

  /** When each component served again by another process than the one that was hit. */
  private async noteServing(stop: AbortSignal): Promise<void> {
    const open = new Map<Fault, number | undefined>();
    while (!stop.aborted) {
      for (const fault of this.faults) {
        if (!isProcessFault(fault.name) || fault.servesAgainAtMs !== undefined) continue;
        const pid = this.uptime.servingPid(componentOf(fault.name));
        if (!open.has(fault)) open.set(fault, pid ?? -1);
        // The look may be older than the fault: it has to be another process, or down in between.
        if (pid === undefined) open.set(fault, -1);
        else if (open.get(fault) !== pid) fault.servesAgainAtMs = Date.now();
      }
      await pause(LOOK_MS, stop).catch(() => undefined);
    }
  }
}

function whatIsHit(name: FaultName): string {
  return isProcessFault(name) ? componentOf(name) : name;
}
