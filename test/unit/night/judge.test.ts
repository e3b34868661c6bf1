import { ALL_FAULTS, tellingsOf, type Fault } from '../../../night/faults';
import { gapsIn, repetitionsIn, toldBy, type Mailbag } from '../../../night/judge';
import { CHANNELS, readJson, readMail, readText, type Received } from '../../../night/messages';
import { strikesOf } from '../../../night/plan-night';

const PLACE = { venue: 'bybit', dataDir: '/data' };
const KILLED: Fault = { name: 'kill api', atMs: 100_000 };

function message(fields: Partial<Received> = {}): Received {
  return { channel: 'json', atMs: 101_000, alertId: 'a-1', number: 1, isEnd: false, title: 'api died', ...fields };
}

function bagOf(received: readonly Received[], rule = 'process_died', subject = 'api'): Mailbag {
  const ids = new Set(received.map(({ alertId }) => alertId));
  return { received, facts: new Map([...ids].map((id) => [id, { rule, subject, sinceMs: 0 }])) };
}

function told(received: readonly Received[], rule?: string, subject?: string) {
  return toldBy('json', KILLED.atMs, tellingsOf(KILLED, [], PLACE), bagOf(received, rule, subject));
}

describe('a fault is told', () => {
  test('by a message about it that came after it', () => {
    expect(told([message()])).toMatchObject({ alertId: 'a-1', afterMs: 1_000 });
  });

  test('by an alert that was told before and was not over', () => {
    expect(told([message({ atMs: 50_000 })])).toMatchObject({ afterMs: -50_000 });
  });

  test('by the alert that was open rather than by news of a later one', () => {
    const received = [message({ atMs: 50_000 }), message({ alertId: 'a-2', atMs: 300_000 })];
    const tellings = tellingsOf(KILLED, [], PLACE);
    expect(toldBy('json', KILLED.atMs, tellings, bagOf(received), 299_000)).toMatchObject({ alertId: 'a-1' });
    expect(toldBy('json', KILLED.atMs, tellings, bagOf(received))).toMatchObject({ alertId: 'a-2' });
    // Both were hit before anybody was told of either.
    expect(toldBy('json', KILLED.atMs, tellings, bagOf(received.slice(1)), 299_000)).toMatchObject({ alertId: 'a-2' });
  });

  test('by none that was over before it', () => {
    const over = [message({ atMs: 50_000 }), message({ atMs: 60_000, number: 2, isEnd: true })];
    expect(told(over)).toBeUndefined();
  });

  test.each([
    ['another channel', [message({ channel: 'slack' })], undefined, undefined],
    ['another process', [message()], 'process_died', 'ml_manager'],
    ['another rule', [message()], 'errors_frequent', 'api'],
    ['an end alone', [message({ isEnd: true })], undefined, undefined],
  ])('by nothing about %s', (_, received, rule, subject) => {
    expect(told(received, rule, subject)).toBeUndefined();
  });

  test('where it is silence, by the death that explains it, and only for as long as that does', () => {
    const stopped: Fault = { name: 'stop api', atMs: 200_000 };
    const died = bagOf([message()]);
    expect(toldBy('json', stopped.atMs, tellingsOf(stopped, [KILLED], PLACE), died)).toBeDefined();
    expect(toldBy('json', stopped.atMs, tellingsOf(stopped, [], PLACE), died)).toBeUndefined();
    const later: Fault = { name: 'stop api', atMs: KILLED.atMs + 600_000 };
    expect(toldBy('json', later.atMs, tellingsOf(later, [KILLED], PLACE), died)).toBeUndefined();
  });
});

test('a message is a repetition when its channel had it, and none when another one had', () => {
  const bag = bagOf([message(), message({ atMs: 102_000 }), message({ channel: 'email' }), message({ number: 2 })]);
  expect(repetitionsIn(bag)).toEqual([{ channel: 'json', alertId: 'a-1', number: 1, times: 1 }]);
});

test('a gap in the numbers of one channel is found', () => {
  const all = CHANNELS.flatMap((channel) => [message({ channel }), message({ channel, number: 2, isEnd: true })]);
  expect(gapsIn(bagOf(all))).toEqual([]);
  const without = all.filter(({ channel, number }) => channel !== 'email' || number !== 1);
  expect(gapsIn(bagOf(without))).toEqual(['email never got message 1 of process_died (api, a-1).']);
});

describe('messages are read', () => {
  test('from a mail with encoded words', () => {
    const mail = [
      'Subject: =?UTF-8?Q?=F0=9F=94=B4_CRITICAL=3A_no?=',
      ' =?UTF-8?B?IGhlYXJ0YmVhdA==?=',
      'X-Oncefill-Alert: a-1 2',
      '',
      'text',
    ].join('\r\n');
    expect(readMail(mail, 7)).toEqual({
      channel: 'email',
      atMs: 7,
      alertId: 'a-1',
      number: 2,
      isEnd: false,
      title: '🔴 CRITICAL: no heartbeat',
    });
  });

  test('from a text', () => {
    const text = '✅ RESOLVED: no heartbeat: api\nPAPER on box\n\nAlert a-1, message 3\n\nIt runs.';
    expect(readText('telegram', text, 7)).toMatchObject({ alertId: 'a-1', number: 3, isEnd: true });
  });

  test('from JSON', () => {
    const body = { alert_id: 'a-1', number: 1, kind: 'firing', rule: 'disk_full', subject: '/data', title: 'disk' };
    const { received, facts } = readJson(JSON.stringify({ ...body, since: '1970-01-01T00:00:05.000Z' }), 7);
    expect(received).toMatchObject({ alertId: 'a-1', number: 1, isEnd: false, title: 'disk' });
    expect(facts).toEqual({ rule: 'disk_full', subject: '/data', sinceMs: 5_000 });
  });

  test('and what names no alert is refused', () => {
    expect(() => readText('slack', 'hello', 7)).toThrow('names no alert');
  });
});

describe('the plan of a night', () => {
  function begin(seed: number, count: number) {
    const strikes = strikesOf(seed, 10_000);
    return Array.from({ length: count }, () => strikes.next().value!);
  }

  test('is the same for a seed, and another one for another', () => {
    expect(begin(7, 40)).toEqual(begin(7, 40));
    expect(begin(7, 40)).not.toEqual(begin(8, 40));
  });

  test('has every fault before any comes first a second time', () => {
    const firsts = begin(7, ALL_FAULTS.length).map(({ faults }) => faults[0]!);
    expect(new Set(firsts)).toEqual(new Set(ALL_FAULTS));
  });
});
