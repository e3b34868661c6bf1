import { keepPatientSlot, type OpenedClient } from '../../../src/temporal/patient-slot';

function slotWith(connect: () => Promise<OpenedClient>, firstTryAfterMs?: number): () => Promise<void> {
  const described = { component: 'paper_venue', version: '1.0.0', metadata: {}, heartbeatTimeoutMs: 60_000 };
  return keepPatientSlot({ ...described, connect, firstTryAfterMs });
}

test('a process that ends soon never asked for a server', async () => {
  let tries = 0;
  const leave = slotWith(async () => {
    tries += 1;
    throw new Error('There is no server.');
  });
  await leave();
  expect(tries).toBe(0);
});

test('a server that does not answer holds up nobody who ends', async () => {
  let asked: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const leave = slotWith(() => {
    asked();
    return new Promise(() => undefined);
  }, 1);
  await isAsked;
  await expect(leave()).resolves.toBeUndefined();
});

test('a server that is not there is asked again', async () => {
  let tries = 0;
  let last: () => void = () => undefined;
  const isLast = new Promise<void>((resolve) => (last = resolve));
  const leave = slotWith(async () => {
    tries += 1;
    if (tries === 3) last();
    throw new Error('There is no server.');
  }, 1);
  await isLast;
  await leave();
  expect(tries).toBe(3);
});
