import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { errorText, ModelError } from './errors';
import type { Graph, Run, ThreadReply, ThreadRequest, ThreadTask } from './thread-messages';

/** What loading takes at most, milliseconds: the largest file, on a busy machine. */
const OPEN_MS_MAX = 60_000;
/** What a run takes at most, milliseconds; a slower one hangs. A model that is slow by nature is refused before: see FULL_BATCH_MS_MAX. */
const RUN_MS_MAX = 20_000;

/** What a thread takes to end, milliseconds, unless it is in the midst of a run. */
const END_MS_MAX = 2_000;

/** A thread is a program of its own, and runs compiled; a source that a test runs knows where the build left it. */
const THREAD_PATH = __filename.endsWith('.ts')
  ? join(__dirname, '../../dist/src/inference/model-thread.js')
  : join(__dirname, 'model-thread.js');

/** The runtime refused something; its words, with paths of C++ files in them. */
export class RuntimeFailure extends Error {
  override readonly name = 'RuntimeFailure';
}

let endsWithoutIt = false;

/** A run that never ends cannot be interrupted, and a process that leaves would wait for its thread for ever. */
function endWithoutIt(): void {
  if (endsWithoutIt) return;
  endsWithoutIt = true;
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A thread with the model's runtime in it, from its first task to `close` or its death. */
export class ThreadHost {
  private readonly worker = new Worker(THREAD_PATH);
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private death: ModelError | undefined;
  /** Why it can be asked no more, without a point at its end; empty: it can. */
  reasonOfDeath = '';

  constructor() {
    // Whoever waits for a result keeps the process; an idle model does not.
    this.worker.unref();
    this.worker.on('message', (reply: ThreadReply) => this.settle(reply));
    this.worker.on('error', (error) => this.die(errorText(error)));
    this.worker.on('exit', (code) => this.die(`it left with code ${code}`));
  }

  /** Whether it can be asked no more. */
  get isDead(): boolean {
    return this.death !== undefined;
  }

  /** @throws RuntimeFailure, or ModelError MODEL_STOPPED; so do the others */
  open(provider: string, content: Uint8Array): Promise<Graph> {
    return this.ask({ kind: 'open', provider, content }, OPEN_MS_MAX) as Promise<Graph>;
  }

  /** The outputs, each row by row, in the order in which they were asked for. The data are copied: they stay the caller's. */
  run(provider: string, run: Run): Promise<readonly Float32Array[]> {
    return this.ask({ kind: 'run', provider, run }, RUN_MS_MAX) as Promise<readonly Float32Array[]>;
  }

  /** Frees one provider's session. */
  async release(provider: string): Promise<void> {
    await this.ask({ kind: 'release', provider }, RUN_MS_MAX);
  }

  /** Ends the thread and frees all its memory. */
  async close(): Promise<void> {
    this.die('it was closed');
    await this.end();
  }

  private async end(): Promise<void> {
    const isEnded = new AbortController();
    const late = sleep(END_MS_MAX, true, { signal: isEnded.signal }).catch(() => false);
    const isLate = await Promise.race([this.worker.terminate().then(() => false), late]);
    isEnded.abort();
    if (isLate) endWithoutIt();
  }

  private ask(task: ThreadTask, maxMs: number): Promise<unknown> {
    if (this.death) return Promise.reject(this.death);
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.die(`it gave no answer within ${maxMs / 1_000} s`);
        void this.end();
      }, maxMs);
      const settled = (): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        if (this.waiting.size === 0) this.worker.unref();
      };
      this.waiting.set(id, {
        resolve: (result) => (settled(), resolve(result)),
        reject: (error) => (settled(), reject(error)),
      });
      this.worker.ref();
      this.worker.postMessage({ id, task } satisfies ThreadRequest);
    });
  }

  private settle(reply: ThreadReply): void {
    const waiting = this.waiting.get(reply.id);
    if ('failure' in reply) waiting?.reject(new RuntimeFailure(reply.failure));
    else waiting?.resolve(reply.result);
  }

  private die(reason: string): void {
    if (this.death === undefined) this.reasonOfDeath = reason;
    this.death ??= new ModelError('MODEL_STOPPED', `The thread that runs the model is gone: ${reason}`, {
      advice: 'the next prediction starts it again',
    });
    for (const { reject } of this.waiting.values()) reject(this.death);
  }
}
