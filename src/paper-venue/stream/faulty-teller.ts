import { StreamFaultPlanner, type ConnectionFault, type StreamFaults } from '../faults/stream-faults';

/** Messages that wait to be sent later; more are not sent at all, as a stream may do. */
const WAITING_MAX = 10_000;
/** A message that waits for the next one to overtake it waits no longer. */
const OVERTAKEN_MAX_MS = 1_000;

/** The ways in which one message can be told. */
export interface Telling {
  readonly send: () => void;
  /** Sends what is not so, before it. */
  readonly forge: () => void;
  /** Sends what is no JSON in its place. */
  readonly garble: () => void;
  readonly endConnections: () => void;
}

/** Tells messages of one stream, with the faults of a plan. */
export class FaultyTeller {
  readonly #timers = new Set<NodeJS.Timeout>();
  #planner: StreamFaultPlanner | undefined;
  #connections = 0;
  #messages = 0;
  #overtaken: (() => void) | undefined;

  /** @param countFault hears of every fault */
  constructor(private readonly countFault: (fault: string) => void) {}

  /** Whether a plan is in force. */
  get isFaulty(): boolean {
    return this.#planner !== undefined;
  }

  /** @param shares absent: all of it is told, at once */
  setFaults(seed: number, shares: StreamFaults | undefined): void {
    this.#planner = shares && new StreamFaultPlanner(seed, shares);
    this.#connections = 0;
    this.#messages = 0;
  }

  /** What the next connection meets. */
  admit(): ConnectionFault | undefined {
    this.#connections += 1;
    const fault = this.#planner?.ofConnection(this.#connections);
    if (fault) this.countFault(fault);
    return fault;
  }

  tell({ send, forge, garble, endConnections }: Telling): void {
    this.#messages += 1;
    const decided = this.#planner?.ofMessage(this.#messages);
    if (!decided) {
      send();
      this.#letOvertakenGo();
      return;
    }
    const { fault, delayMs } = decided;
    this.countFault(fault);
    switch (fault) {
      case 'dropped':
        return;
      case 'late':
        return this.after(delayMs, send);
      case 'doubled':
        send();
        return send();
      case 'reordered':
        this.#letOvertakenGo();
        this.#overtaken = send;
        return this.after(OVERTAKEN_MAX_MS, () => this.#letOvertakenGo(send));
      case 'forged':
        forge();
        return send();
      case 'garbled':
        return garble();
      case 'closes':
        return endConnections();
    }
  }

  after(delayMs: number, action: () => void): void {
    if (this.#timers.size >= WAITING_MAX) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** @param only absent: whoever waits */
  #letOvertakenGo(only?: () => void): void {
    const waiting = this.#overtaken;
    if (waiting === undefined || (only !== undefined && waiting !== only)) return;
    this.#overtaken = undefined;
    waiting();
  }
}
