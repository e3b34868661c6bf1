import { fork } from 'node:child_process';
import { join } from 'node:path';
import { exitCodeOf, hasEnded } from '../harness/child-process';
import type { Posted } from './post-signal';
import type { BenchSignal } from './signal-maker';

/** What a sender is asked to send. */
export interface ToSend {
  readonly id: number;
  readonly signal: BenchSignal;
}

/** What came of it. */
export interface Sent {
  readonly id: number;
  readonly posted?: SentSignal;
  /** Why nothing did. */
  readonly fault?: string;
}

export interface SentSignal extends Posted {
  /** Just before the request was made, milliseconds UTC by the sender's own reading of the machine's clock. */
  readonly handedInAtMs: number;
}

/** A process that sends signals over HTTP and does nothing else. */
export interface Sender {
  readonly pid: number | undefined;
  /** @throws Error when the API does not answer in time, or the process has ended */
  post(signal: BenchSignal): Promise<SentSignal>;
  close(): Promise<void>;
}

export function openSender(apiUrl: string): Sender {
  const child = fork(join(__dirname, 'sender-process.js'), [apiUrl]);
  const waiting = new Map<number, { resolve: (sent: SentSignal) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  child.on('message', ({ id, posted, fault }: Sent) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (posted) asked?.resolve(posted);
    else asked?.reject(new Error(fault));
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the process that sends signals has ended'));
    waiting.clear();
  });
  return {
    pid: child.pid,
    post: (signal) =>
      new Promise((resolve, reject) => {
        const id = (lastId += 1);
        waiting.set(id, { resolve, reject });
        child.send({ id, signal } satisfies ToSend, (error) => error && reject(error));
      }),
    async close() {
      if (hasEnded(child)) return;
      const ended = exitCodeOf(child);
      child.disconnect();
      await ended;
    },
  };
}
