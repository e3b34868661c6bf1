import { z } from 'zod';
import { SeededStream } from '../market/seeded-random';

/** What can happen to a connection, drawn when it opens. */
const CONNECTION_FAULTS = {
  /** Everything is acknowledged and answered, and nothing is told. */
  silent: 0.1,
  /** No ping is answered. */
  no_pong: 0.1,
  /** The keys are refused. */
  refuses_auth: 0.1,
} as const;

/** What can happen to one message about orders. */
const MESSAGE_FAULTS = {
  /** It is never sent. */
  dropped: 0.1,
  /** It is sent by up to five seconds later. */
  late: 0.15,
  /** It is sent twice. */
  doubled: 0.15,
  /** It is sent after the next one. */
  reordered: 0.15,
  /** Before it comes one that says the order has filled, whatever it did. */
  forged: 0.1,
  /** What is no JSON comes in its place. */
  garbled: 0.05,
  /** The connection ends in its place. */
  closes: 0.03,
} as const;

export type ConnectionFault = keyof typeof CONNECTION_FAULTS;
export type MessageFault = keyof typeof MESSAGE_FAULTS;
export type StreamFault = ConnectionFault | MessageFault;

const USUAL_SHARES: Readonly<Record<StreamFault, number>> = { ...CONNECTION_FAULTS, ...MESSAGE_FAULTS };
const CONNECTION_FAULT_NAMES = Object.keys(CONNECTION_FAULTS) as readonly ConnectionFault[];
const MESSAGE_FAULT_NAMES = Object.keys(MESSAGE_FAULTS) as readonly MessageFault[];
export const STREAM_FAULT_NAMES: readonly StreamFault[] = [...CONNECTION_FAULT_NAMES, ...MESSAGE_FAULT_NAMES];

/** Which share of the connections, or of the messages, meets each fault, 0 to 1. */
export const streamFaultsSchema = z.partialRecord(z.enum(STREAM_FAULT_NAMES), z.number().min(0).max(1));
export type StreamFaults = z.infer<typeof streamFaultsSchema>;

/** A late message comes after between these, milliseconds. */
const LATE_LEAST_MS = 200;
const LATE_MOST_MS = 5_000;

/** As for requests: a seed draws which faults are on, each with an even chance, and about how often they come. */
export function drawStreamFaults(seed: number): StreamFaults {
  const drawn = STREAM_FAULT_NAMES.map((name) => {
    const stream = new SeededStream(seed, `faults:stream:${name}`);
    return { name, isOn: stream.uniform(0) < 0.5, share: USUAL_SHARES[name] * (0.5 + stream.uniform(1)) };
  });
  return Object.fromEntries(drawn.filter(({ isOn }) => isOn).map(({ name, share }) => [name, share]));
}

/** So many times as often as usual a connection is of no use where every fault is on: there are few of them. */
const PRESSED_CONNECTIONS_TIMES = 3;

/** Every fault at once, so often that an attack of a minute meets each of them. */
export function pressStreamFaults(seed: number): StreamFaults {
  const shares = STREAM_FAULT_NAMES.map((name) => {
    const times = name in CONNECTION_FAULTS ? PRESSED_CONNECTIONS_TIMES : 1;
    return [name, USUAL_SHARES[name] * times * (1 + new SeededStream(seed, `faults:stream:${name}`).uniform(2) / 2)];
  });
  return Object.fromEntries(shares);
}

/** Decides faults of the stream. Pure: the same seed and the same count give the same answer. */
export class StreamFaultPlanner {
  constructor(
    private readonly seed: number,
    private readonly shares: StreamFaults,
  ) {}

  /** @param ordinal counts the connections since the plan was set, from 1 */
  ofConnection(ordinal: number): ConnectionFault | undefined {
    return CONNECTION_FAULT_NAMES.find((name) => this.#hits(name, ordinal));
  }

  /** @param ordinal counts the messages since the plan was set, from 1 */
  ofMessage(ordinal: number): { readonly fault: MessageFault; readonly delayMs: number } | undefined {
    const fault = MESSAGE_FAULT_NAMES.find((name) => this.#hits(name, ordinal));
    if (fault === undefined) return undefined;
    const share = new SeededStream(this.seed, 'faults:stream:delay').uniform(ordinal);
    return { fault, delayMs: Math.round(LATE_LEAST_MS + (LATE_MOST_MS - LATE_LEAST_MS) * share) };
  }

  #hits(name: StreamFault, ordinal: number): boolean {
    const share = this.shares[name] ?? 0;
    return share > 0 && new SeededStream(this.seed, `faults:stream:${name}:comes`).uniform(ordinal) < share;
  }
}
