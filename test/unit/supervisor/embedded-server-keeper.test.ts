import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EmbeddedServerKeeper } from '../../../src/supervisor/embedded-server-keeper';
import { identifyProcess } from '../../../src/process/pid-file';
import type { LifeEvent } from '../../../src/supervisor/life-findings';
import { LivenessWatch } from '../../../src/supervisor/liveness-watch';
import type { ServerExit } from '../../../src/temporal/server-process';
import type { EmbeddedServer, EmbeddedServerOptions } from '../../../src/temporal/embedded-server';
import { ServerUnavailableError } from '../../../src/temporal/errors';
import { waitUntil } from './support';

const OPTIONS: EmbeddedServerOptions = {
  dataDir: '/unused',
  port: 1,
  durability: 'paper',
  environment: 'paper',
  progress: () => undefined,
};
const LONG_MS = 30_000;

/** A server that lives in this process: `die` ends it, `stops` counts how often it was stopped. */
class FakeServer implements EmbeddedServer {
  readonly address = '127.0.0.1:1';
  readonly pid = process.pid;
  readonly owned = true;
  stops = 0;
  die: () => void = () => undefined;
  readonly exited = new Promise<object>((resolve) => {
    this.die = () => resolve({});
  });

  readonly stop = (): Promise<void> => {
    this.stops += 1;
    this.die();
    return Promise.resolve();
  };
}

describe('EmbeddedServerKeeper', () => {
  let started: FakeServer[];

  function createKeeper(start = async (): Promise<FakeServer> => new FakeServer()): EmbeddedServerKeeper {
    started = [];
    return new EmbeddedServerKeeper(
      OPTIONS,
      () => undefined,
      async () => {
        const server = await start();
        started.push(server);
        return server;
      },
    );
  }

  test('starts the server again after it died', async () => {
    const keeper = createKeeper();
    await keeper.start();
    started[0]?.die();
    await waitUntil(() => started.length === 2, 'the second server');
    await keeper.stop(LONG_MS);
    expect(started[1]?.stops).toBe(1);
  });

  test('tries again when a restart fails', async () => {
    let calls = 0;
    const keeper = createKeeper(() => {
      calls += 1;
      return calls === 2 ? Promise.reject(new Error('the port is taken')) : Promise.resolve(new FakeServer());
    });
    await keeper.start();
    started[0]?.die();
    await waitUntil(() => started.length === 2, 'the second server');
    expect(calls).toBe(3);
    await keeper.stop(LONG_MS);
  });

  test('a server that ends at its start is tried again', async () => {
    let calls = 0;
    const keeper = createKeeper(() => {
      calls += 1;
      if (calls === 1) return Promise.reject(new ServerUnavailableError('TEMPORAL_EXITED', 'a port was taken'));
      return Promise.resolve(new FakeServer());
    });
    await keeper.start();
    expect(calls).toBe(2);
    await keeper.stop(LONG_MS);
  });

  test('a start that another attempt cannot mend fails at once', async () => {
    let calls = 0;
    const keeper = createKeeper(() => {
      calls += 1;
      return Promise.reject(new ServerUnavailableError('TEMPORAL_NOT_FOUND', 'no server program'));
    });
    await expect(keeper.start()).rejects.toThrow('no server program');
    expect(calls).toBe(1);
  });

  test('a stopped keeper starts nothing any more', async () => {
    const keeper = createKeeper();
    await keeper.start();
    await keeper.stop(LONG_MS);
    await expect(keeper.start()).rejects.toThrow();
    expect(started).toHaveLength(1);
  });

  test('a stop gives up a start that is under way, however long it would take', async () => {
    const keeper = new EmbeddedServerKeeper(
      OPTIONS,
      () => undefined,
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('given up')), { once: true });
        }),
    );
    const starting = keeper.start();
    const [started] = await Promise.allSettled([starting, keeper.stop(LONG_MS)]);
    expect(started).toMatchObject({ status: 'rejected', reason: { message: 'given up' } });
  });

  test('a kill reaches a server that does not serve yet', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const keeper = new EmbeddedServerKeeper(
      OPTIONS,
      () => undefined,
      ({ onSpawned }) => {
        onSpawned?.({ pid: child.pid ?? 0, birth: identifyProcess(child.pid ?? 0)?.birth });
        return new Promise(() => undefined);
      },
    );
    void keeper.start();
    keeper.kill();
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  test('a server that does not answer any more is killed and started again, and its deaths are told', async () => {
    const events: LifeEvent[] = [];
    const liveness = new LivenessWatch({ silenceMaxMs: 300, startSilenceMaxMs: 300, standstillMs: 150 }, 20);
    let starts = 0;
    const keeper = new EmbeddedServerKeeper(
      OPTIONS,
      () => undefined,
      ({ onSpawned }) => {
        starts += 1;
        if (starts > 1) return Promise.resolve(new FakeServer());
        const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
        onSpawned?.({ pid: child.pid ?? 0, birth: identifyProcess(child.pid ?? 0)?.birth });
        const exited = once(child, 'exit').then(([exitCode, signal]) => ({ exitCode, signal }) as ServerExit);
        return Promise.resolve({
          address: '',
          pid: child.pid ?? 0,
          owned: true,
          exited,
          stop: () => Promise.resolve(),
        });
      },
      { liveness, onEvent: (event) => events.push(event), feelPulse: () => () => undefined },
    );
    await keeper.start();
    await waitUntil(() => starts === 2, 'the second server');
    await keeper.stop(LONG_MS);
    expect(events.slice(0, 2)).toMatchObject([{ kind: 'ready' }, { kind: 'died', name: 'temporal', isHung: true }]);
  });

  test('a server that answers is left alone', async () => {
    const liveness = new LivenessWatch({ silenceMaxMs: 300, startSilenceMaxMs: 300, standstillMs: 150 }, 20);
    const events: LifeEvent[] = [];
    let beats = 0;
    const pulse = (_address: string, _silenceMaxMs: number, onBeat: () => void): (() => void) => {
      const timer = setInterval(() => {
        beats += 1;
        onBeat();
      }, 50);
      return () => clearInterval(timer);
    };
    const keeper = new EmbeddedServerKeeper(
      OPTIONS,
      () => undefined,
      async () => new FakeServer(),
      {
        liveness,
        onEvent: (event) => events.push(event),
        feelPulse: pulse,
      },
    );
    await keeper.start();
    await waitUntil(() => beats === 12, 'twice the longest silence');
    await keeper.stop(LONG_MS);
    expect(events.map(({ kind }) => kind)).toEqual(['ready']);
  });

  test('a server that is still starting is stopped as soon as it runs', async () => {
    let finishStart: (server: FakeServer) => void = () => undefined;
    const keeper = createKeeper(
      () =>
        new Promise((resolve) => {
          finishStart = resolve;
        }),
    );
    const starting = keeper.start();
    const stopping = keeper.stop(LONG_MS);
    finishStart(new FakeServer());
    await Promise.all([starting, stopping]);
    expect(started[0]?.stops).toBe(1);
  });
});
