import { isAllWell, type Wellbeing } from '../../../../src/observability/channels/all-well';
import {
  pingOnce,
  runHeartbeatPing,
  type HeartbeatPingOptions,
} from '../../../../src/observability/channels/heartbeat-ping';
import { Secret } from '../../../../src/secrets/secret';
import { startHttpReceiver, type HttpReceiver } from './http-receiver';

const WELL: Wellbeing = {
  doesTemporalAnswer: true,
  engineHeartbeatAgeMs: 10_000,
  oldestMessageAgeMs: 'none waits',
  openRules: [],
};

test.each<[string, Partial<Wellbeing>, boolean]>([
  ['everything answers', {}, true],
  ['no engine is planned', { engineHeartbeatAgeMs: 'not planned' }, true],
  ['a message has waited for a moment', { oldestMessageAgeMs: 60_000 }, true],
  ['Temporal does not answer', { doesTemporalAnswer: false }, false],
  ['nobody knows whether Temporal answers', { doesTemporalAnswer: 'unknown' }, false],
  ['the engine is silent', { engineHeartbeatAgeMs: 60_001 }, false],
  ['nobody knows of the engine', { engineHeartbeatAgeMs: 'unknown' }, false],
  ['an age is no number', { engineHeartbeatAgeMs: Number.NaN }, false],
  ['messages are not delivered', { oldestMessageAgeMs: 900_001 }, false],
  ['an alert about the product is open', { openRules: ['disk_full'] }, false],
  ['nobody knows of alerts', { openRules: 'unknown' }, false],
  ['nobody knows of the messages', { oldestMessageAgeMs: 'unknown' }, false],
])('when %s (%j), all is well: %s', (_when, seen, isWell) => {
  expect(isAllWell({ ...WELL, ...seen })).toBe(isWell);
});

describe('the ping', () => {
  let receiver: HttpReceiver;
  beforeEach(async () => {
    receiver = await startHttpReceiver();
  });
  afterEach(() => receiver.close());

  /** Runs it until so many looks were taken. */
  async function run(looks: readonly (() => Promise<Wellbeing>)[], more: Partial<HeartbeatPingOptions> = {}) {
    const stop = new AbortController();
    const told: string[] = [];
    let taken = 0;
    const look = async (): Promise<Wellbeing> => {
      taken += 1;
      if (taken > looks.length) stop.abort();
      return await (looks[taken - 1]?.() ?? Promise.resolve(WELL));
    };
    const url = new Secret(`${receiver.url}/canary-heartbeat-77aa`);
    const tell = (sentence: string): unknown => told.push(sentence);
    await runHeartbeatPing({ url, everyMs: 1, retryPauseMs: 1, look, tell, ...more }, stop.signal);
    return { told, pings: receiver.requests.length };
  }

  const well = (): Promise<Wellbeing> => Promise.resolve(WELL);
  const ill = (): Promise<Wellbeing> => Promise.resolve({ ...WELL, doesTemporalAnswer: false });

  test('goes out while all is well', async () => {
    expect(await run([well, well, well])).toEqual({ told: [], pings: 3 });
    expect(receiver.requests[0]?.method).toBe('GET');
  });

  test('is held back while something is not well, which is told once, as is its end', async () => {
    expect(await run([well, ill, ill, well])).toEqual({
      told: [
        'The heartbeat ping is held back: the Temporal server does not answer.',
        'The heartbeat ping goes out again.',
      ],
      pings: 2,
    });
  });

  test('is held back when nobody could look, or nobody came back from it', async () => {
    const fails = (): Promise<Wellbeing> => Promise.reject(new Error('no'));
    const hangs = (): Promise<Wellbeing> => new Promise(() => undefined);
    expect(await run([fails, hangs], { lookTimeoutMs: 5 })).toMatchObject({ pings: 0 });
  });

  test('that was due is counted once, by what became of it', async () => {
    const counted: string[] = [];
    const count = (result: string): unknown => counted.push(result);
    await run([well, ill], { count });
    receiver.reply = { status: 503 };
    await run([well], { count });
    expect(counted).toEqual(['sent', 'held_back', 'failed']);
  });

  test('that fails is sent three times, and told without its address', async () => {
    receiver.reply = { status: 503 };
    const { told, pings } = await run([well]);
    expect(pings).toBe(3);
    expect(told).toEqual(['The heartbeat service answered 503; check the address in ALERT_HEARTBEAT_URL.']);
  });
});

test.each([
  [404, 'Monitor not found'],
  [200, 'OK (not found)'],
])('an address that the service does not know is told: %d %s', async (status, body) => {
  const known = await startHttpReceiver();
  known.reply = { status, body };
  const attempt = pingOnce({ url: new Secret(`${known.url}/canary-0c4a6a4e-4f0e`) }, new AbortController().signal);
  await expect(attempt).rejects.toThrow(`answered ${status}: ${body}; check the address in ALERT_HEARTBEAT_URL.`);
  await known.close();
});
