import { setTimeout as delay } from 'node:timers/promises';
import type { AlertChannel } from '../../../../src/observability/alerts/channel';
import { MessageRefusedError } from '../../../../src/observability/alerts/channel';
import { drainChannel } from '../../../../src/observability/alerts/drain';
import { AlertKeeper } from '../../../../src/observability/alerts/keeper';
import { FakeChannel, finding, useDataFolder } from './folder';

const dataDir = useDataFolder();
const PAUSES = { firstMs: 1, longestMs: 4, lookMs: 1, sendTimeoutMs: 20, attemptsMax: 10 };

/** Finds full disks, delivers until the condition holds, and stops. */
async function deliver(
  channels: readonly FakeChannel[],
  disks: readonly string[],
  until: () => boolean,
): Promise<AlertKeeper> {
  const keeper = new AlertKeeper(dataDir(), channels, () => undefined, Date.now());
  keeper.step(
    disks.map((subject) => ({ kind: 'finding', finding: finding('disk_full', subject) })),
    Date.now(),
  );
  const stop = new AbortController();
  const drains = channels.map((channel: AlertChannel) =>
    drainChannel(keeper, channel, stop.signal, () => undefined, PAUSES),
  );
  while (!until()) await delay(1);
  stop.abort();
  await Promise.all(drains);
  return keeper;
}

const subjects = ({ received }: FakeChannel): readonly string[] => received.map(({ subject }) => subject);

test('messages arrive in their order, also after attempts that failed', async () => {
  const mail: FakeChannel = new FakeChannel('mail', () => (mail.attempts < 3 ? new Error('no route') : undefined));
  await deliver([mail], ['/a', '/b', '/c'], () => mail.received.length === 3);
  expect(subjects(mail)).toEqual(['/a', '/b', '/c']);
});

test('a channel that is down, or never answers, delays no other', async () => {
  const down = new FakeChannel('down', () => new Error('refused'));
  const silent = new FakeChannel('silent', () => new Promise<never>(() => undefined));
  const mail = new FakeChannel('mail');
  const keeper = await deliver([down, silent, mail], ['/a', '/b'], () => mail.received.length === 2);
  expect(keeper.outboxOf('down').waiting.length).toBeGreaterThan(0);
  expect(keeper.outboxOf('mail').waiting).toEqual([]);
});

test('what was delivered is not sent again by the next process, and what was not is', async () => {
  const refusesB = new FakeChannel('mail', ({ subject }) => (subject === '/b' ? new Error('busy') : undefined));
  await deliver([refusesB], ['/a', '/b'], () => refusesB.attempts > 2);
  const mail = new FakeChannel('mail');
  await deliver([mail], [], () => mail.received.length === 1);
  expect(subjects(mail)).toEqual(['/b']);
});

test('a message that is never taken is given up, and the next one says so', async () => {
  const mail = new FakeChannel('mail', ({ subject }) => (subject === '/a' ? new Error('always') : undefined));
  await deliver([mail], ['/a', '/b'], () => mail.received.length === 1);
  expect(mail.attempts).toBe(PAUSES.attemptsMax + 1);
  expect(mail.received[0]!.text).toContain('1 earlier message was dropped');
});

test('a message that the channel refuses for good is given up at once', async () => {
  const mail = new FakeChannel('mail', ({ subject }) =>
    subject === '/a' ? new MessageRefusedError('554') : undefined,
  );
  await deliver([mail], ['/a', '/b'], () => mail.received.length === 1);
  expect(mail.attempts).toBe(2);
});
