import { setMaxListeners } from 'node:events';
import { toSignal, type PlannedSignal } from '../chaos/signal-plan';
import { forEachOf, pause } from '../chaos/waiting';
import { clientOrderIdOf } from '../src/intake/fingerprint';

const STRATEGIES = 4;
/** What one order is worth, in the settle asset. */
const VALUE = 150;
/** Every so many a signal is sent again after it was accepted. */
const REPEATED_EVERY = 5;
const REQUEST_TIMEOUT_MS = 12_000;
const RETRY_PAUSE_MS = 500;
/** Signals on their way at once: nobody answers for minutes when the server is away. */
const IN_FLIGHT_MAX = 300;
/** Signals are asked for this long after they were accepted, so many at once. */
const ASK_AFTER_MS = 3_000;
const ASKS_AT_ONCE = 4;
const ASK_INTERVAL_MS = 2_000;

interface Accepted {
  readonly acceptedAtMs: number;
  outcome?: string;
}

/** What the API answers, as far as it matters here. */
interface Answer {
  readonly httpStatus: number;
  readonly fingerprint?: string;
  readonly repeated?: boolean;
  readonly code?: string;
}

/**
 * Somebody who sends signals all the time over HTTP, each again until it is answered, as the README asks of senders. Follows each to
 * its end.
 */
export class SignalStream {
  /** By fingerprint. */
  readonly accepted = new Map<string, Accepted>();
  /** Signals that were refused, by code. */
  readonly refused: Record<string, number> = {};
  readonly violations: string[] = [];
  sent = 0;
  repeated = 0;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly symbols: readonly string[];

  /** @param prices last ones by symbol, decimal strings */
  constructor(
    private readonly apiUrl: string,
    private readonly prices: ReadonlyMap<string, string>,
  ) {
    this.symbols = [...prices.keys()];
  }

  /** Sends one every so often until it is stopped, and returns when each was answered. */
  async run(everyMs: number, stop: AbortSignal, end: AbortSignal): Promise<void> {
    setMaxListeners(0, end);
    const following = this.follow(end);
    while (!stop.aborted) {
      if (this.inFlight.size < IN_FLIGHT_MAX) this.launch(this.sent, end);
      await pause(everyMs, stop).catch(() => undefined);
    }
    await Promise.all(this.inFlight);
    await following;
  }

  get isAnswered(): boolean {
    return this.inFlight.size === 0;
  }

  get open(): readonly string[] {
    return [...this.accepted].filter(([, { outcome }]) => outcome === undefined).map(([fingerprint]) => fingerprint);
  }

  /** Ends by outcome. */
  get outcomes(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { outcome = 'OPEN' } of this.accepted.values()) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  }

  /** What the venue's books say against it, a sentence each. */
  compare(ordersPerClientId: Readonly<Record<string, number>>): readonly string[] {
    return [...this.accepted].flatMap(([fingerprint, { outcome = 'OPEN' }]) => {
      const orders = ordersPerClientId[clientOrderIdOf(fingerprint)] ?? 0;
      const most = outcome === 'FILLED' || outcome === 'PARTIALLY_FILLED' || outcome === 'CANCELLED' ? 1 : 0;
      const least = outcome === 'FILLED' || outcome === 'PARTIALLY_FILLED' ? 1 : 0;
      if (orders >= least && orders <= most) return [];
      return [`Signal ${fingerprint} ended ${outcome}, and the venue has ${orders} orders of it.`];
    });
  }

  private launch(index: number, end: AbortSignal): void {
    this.sent += 1;
    const sending = this.handIn(index, end).catch((error: unknown) => {
      if (!end.aborted) this.violations.push(`Signal ${index} could not be sent: ${(error as Error).message}`);
    });
    this.inFlight.add(sending);
    void sending.finally(() => this.inFlight.delete(sending));
  }

  private async handIn(index: number, end: AbortSignal): Promise<void> {
    const body = this.bodyOf(index);
    const answer = await this.sendUntilAnswered(body, end);
    if (answer.fingerprint === undefined || answer.httpStatus >= 400) {
      const code = answer.code ?? `HTTP ${answer.httpStatus}`;
      this.refused[code] = (this.refused[code] ?? 0) + 1;
      return;
    }
    this.accepted.set(answer.fingerprint, { acceptedAtMs: performance.now() });
    if (index % REPEATED_EVERY !== 0) return;
    const again = await this.sendUntilAnswered(body, end);
    if (again.repeated === true && again.fingerprint === answer.fingerprint) this.repeated += 1;
    // So long after its time that nobody looks whether it is known.
    else if (again.code !== 'STALE_SIGNAL')
      this.violations.push(`A repeated signal is not recognised: ${JSON.stringify({ body, again })}.`);
  }

  /** The same symbol, direction, strategy and minute never twice, and positions that stay small. */
  private bodyOf(index: number): object {
    const symbol = this.symbols[index % this.symbols.length] ?? '';
    const round = Math.floor(index / this.symbols.length);
    const planned: PlannedSignal = {
      strategy: `night-${Math.floor(round / 2) % STRATEGIES}`,
      kind: 'market',
      symbol,
      direction: round % 2 === 0 ? 'BUY' : 'SELL',
      isInside: false,
      atMs: 0,
      value: VALUE,
    };
    const { timestampMs, ...rest } = toSignal(planned, this.prices.get(symbol) ?? '1', Date.now());
    return { ...rest, timestamp: new Date(timestampMs).toISOString() };
  }

  private async sendUntilAnswered(body: object, end: AbortSignal): Promise<Answer> {
    for (;;) {
      const answer = await this.send(body);
      // These mean: later, and the same signal.
      if (answer && ![429, 500, 502, 503, 504, 507].includes(answer.httpStatus)) return answer;
      await pause(RETRY_PAUSE_MS, end);
    }
  }

  private async send(body: object): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${this.apiUrl}/api/signals`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return { ...((await response.json()) as Omit<Answer, 'httpStatus'>), httpStatus: response.status };
    } catch {
      // The API is away: whoever sends goes on.
      return undefined;
    }
  }

  private async follow(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      const nowMs = performance.now();
      const open = this.open.filter((fingerprint) => {
        return nowMs - (this.accepted.get(fingerprint)?.acceptedAtMs ?? 0) >= ASK_AFTER_MS;
      });
      await forEachOf(open, ASKS_AT_ONCE, (fingerprint) => this.ask(fingerprint, end));
      await pause(ASK_INTERVAL_MS, end).catch(() => undefined);
    }
  }

  private async ask(fingerprint: string, end: AbortSignal): Promise<void> {
    if (end.aborted) return;
    try {
      const signal = AbortSignal.any([end, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
      const response = await fetch(`${this.apiUrl}/api/signals/${fingerprint}`, { signal });
      if (response.status === 404) {
        this.violations.push(`Signal ${fingerprint} was accepted and is not known any more.`);
        this.accepted.get(fingerprint)!.outcome = 'LOST';
        return;
      }
      const view = (await response.json()) as { readonly state?: string; readonly outcome?: string };
      if (view.state === 'ENDED') this.accepted.get(fingerprint)!.outcome = view.outcome ?? 'NONE';
    } catch {
      // Nobody answers at this moment.
    }
  }
}
