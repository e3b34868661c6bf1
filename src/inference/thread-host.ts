import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { errorText, ModelError } from './errors';
import type { Graph, Run, ThreadReply, ThreadRequest, ThreadTask } from './thread-messages';

/** What loading takes at most, milliseconds: the largest file, on a busy machine. */
const OPEN_MS_MAX = 60_000;
/** What a run takes at most, milliseconds; a slower one hangs. A model that is slow by nature is refused before: see FULL_BATCH_MS_MAX. */
const RUN_MS_MAX = 20_000;

/** So long is awaited what a thread that is given up still does, milliseconds. */
const END_MS_MAX = 2_000;
/** Threads of this process that were given up and are still in the midst of a run; each takes a core. No other begins beside so many. */
const LOST_THREADS_MAX = 2;

/** A thread is a program of its own, and runs compiled; a source that a test runs knows where the build left it. */
const THREAD_PATH = __filename.endsWith('.ts')
  ? join(__dirname, '../../dist/src/inference/model-thread.js')
  : join(__dirname, 'model-thread.js');

/** The runtime refused something; its words, with paths of C++ files in them. */
export class RuntimeFailure extends Error {
  override readonly name = 'RuntimeFailure';
}

let lostThreads = 0;
let endsWithoutThem = false;

/** A run that never ends cannot be interrupted, and a process that leaves would wait for its thread for ever. */
function endWithoutLostThreads(): void {
  if (endsWithoutThem) return;
  endsWithoutThem = true;
  process.once('exit', () => {
    if (lostThreads > 0) process.kill(process.pid, 'SIGKILL');
  });
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A thread with the model's runtime in it, from its first task to `close` or its death. */
export class ThreadHost {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  /** Tasks that the thread has not answered, whether or not anybody still waits. */
  private unanswered = 0;
  private onIdle: () => void = () => {};
  private ending: Promise<void> | undefined;
  private death: ModelError | undefined;
  /** Why it can be asked no more, without a point at its end; empty: it can. */
  reasonOfDeath = '';

  /** @throws ModelError MODEL_STOPPED beside LOST_THREADS_MAX lost ones */
  constructor() {
    if (lostThreads >= LOST_THREADS_MAX) {
      throw new ModelError(
        'MODEL_STOPPED',
        `No thread begins for the model: ${lostThreads} whose models gave no answer still run`,
        { advice: 'restart the process that predicts' },
      );
    }
    this.worker = new Worker(THREAD_PATH);
    // Whoever waits for a result keeps the process; an idle model does not.
    this.worker.unref();
    this.worker.on('message', (reply: ThreadReply) => this.settle(reply));
    this.worker.on('error', (error) => this.die(errorText(error)));
    this.worker.on('exit', (code) => {
      this.die(`it left with code ${code}`);
      this.becomeIdle();
    });
  }

  /** Whether it can be asked no more. */
  get isDead(): boolean {
    return this.death !== undefined;
  }

  /** Whether it was given up, and is still in the midst of a run. */
  get isLost(): boolean {
    return this.isDead && this.unanswered > 0;
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

  /** Ends the thread and frees all its memory; what it is in the midst of has an end first, where that comes soon. */
  async close(): Promise<void> {
    this.die('it was closed');
    await this.end();
  }

  private end(): Promise<void> {
    return (this.ending ??= this.endWhenIdle());
  }

  /** Never in the midst of a run: the runtime would come back to a thread that is gone, which ends the whole process. */
  private async endWhenIdle(): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      this.onIdle = resolve;
      if (this.unanswered === 0) resolve();
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<true>((resolve) => {
      timer = setTimeout(() => resolve(true), END_MS_MAX);
    });
    const isLate = await Promise.race([idle.then(() => false), late]);
    clearTimeout(timer);
    if (!isLate) return void (await this.worker.terminate());
    lostThreads += 1;
    endWithoutLostThreads();
    void idle.then(() => {
      lostThreads -= 1;
      return this.worker.terminate();
    });
  }

  private becomeIdle(): void {
    this.unanswered = 0;
    this.onIdle();
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
      this.unanswered += 1;
      this.worker.ref();
      this.worker.postMessage({ id, task } satisfies ThreadRequest);
    });
  }

  private settle(reply: ThreadReply): void {
    this.unanswered -= 1;
    if (this.unanswered === 0) this.becomeIdle();
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
