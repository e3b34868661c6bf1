import { stopGraceMs, stopInOrder } from '../../../src/supervisor/process-group';
import { Bench, isAlive, waitUntil } from './support';

describe('stopGraceMs', () => {
  test('shares what is left by weight', () => {
    expect(stopGraceMs(8_000, [1, 2, 4, 1])).toBe(1_000);
  });

  test('gives the last one everything that is left', () => {
    expect(stopGraceMs(5_000, [1])).toBe(5_000);
  });

  test('gives nothing once the time is used up', () => {
    expect(stopGraceMs(-5, [1, 1])).toBe(0);
  });
});

describe('stopInOrder', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(async () => {
    await bench.dispose();
  });

  test('stops the last started process first', async () => {
    const processes = ['engine', 'manager', 'api'].map((name) => bench.createProcess('obedient', name));
    for (const managed of processes) managed.start();
    await waitUntil(() => processes.every((managed) => managed.state === 'ready'), 'all ready');
    await stopInOrder(
      processes.map((managed) => ({ process: managed, stopWeight: 1 })),
      30_000,
    );
    expect(bench.notes()).toEqual(['api', 'manager', 'engine']);
  });

  test('a process that ignores SIGTERM does not keep the others from being stopped', async () => {
    const obedient = bench.createProcess('obedient');
    const stubborn = bench.createProcess('stubborn');
    stubborn.start();
    await waitUntil(() => stubborn.state === 'ready', 'the stubborn one');
    const stubbornPids = bench.notes().map(Number);
    obedient.start();
    await waitUntil(() => obedient.state === 'ready', 'the obedient one');
    await stopInOrder(
      [
        { process: obedient, stopWeight: 1 },
        { process: stubborn, stopWeight: 1 },
      ],
      2_000,
    );
    expect(bench.notes()).toContain('obedient');
    await waitUntil(() => !stubbornPids.some(isAlive), 'the end of the stubborn group');
  });
});
