import type { SystemHealth } from '../../../src/observability/health';
import { HealthReader } from '../../../src/observability/health-reader';

const READING = { status: 'healthy', details: [] } as unknown as SystemHealth;

function readerWith(ask: (time: number) => Promise<SystemHealth>) {
  const world = { nowMs: 0, asked: 0 };
  const reader = new HealthReader({
    ask: () => ask((world.asked += 1)),
    sharedForMs: 1_000,
    clock: () => world.nowMs,
  });
  return { world, reader };
}

test('those who ask at the same moment, or soon after, share one reading', async () => {
  const { world, reader } = readerWith(() => Promise.resolve(READING));
  await Promise.all([reader.read(), reader.read()]);
  world.nowMs = 999;
  await reader.read();
  expect(world.asked).toBe(1);
});

test('a reading that was asked for too long ago counts for nobody, though its answer is new or still missing', async () => {
  const { world, reader } = readerWith((time) =>
    time === 1 ? new Promise(() => undefined) : Promise.resolve(READING),
  );
  void reader.read();
  world.nowMs = 1_000;
  expect(await reader.read()).toBe(READING);
  expect(world.asked).toBe(2);
});

test('after a reading that failed the next one asks anew', async () => {
  const { world, reader } = readerWith((time) =>
    time === 1 ? Promise.reject(new Error('no connection')) : Promise.resolve(READING),
  );
  await expect(reader.read()).rejects.toThrow('no connection');
  expect(await reader.read()).toBe(READING);
  expect(world.asked).toBe(2);
});

test('a late failure does not end a newer reading', async () => {
  let fail = (_error: Error): void => undefined;
  const { world, reader } = readerWith((time) =>
    time === 1 ? new Promise((_, reject) => (fail = reject)) : Promise.resolve(READING),
  );
  const first = reader.read();
  world.nowMs = 1_000;
  await reader.read();
  fail(new Error('late'));
  await expect(first).rejects.toThrow('late');
  await reader.read();
  expect(world.asked).toBe(2);
});
