/** What intake refuses for now, and what it never refuses: over a scripted server. */
import { setTimeout as delay } from 'node:timers/promises';
import { TRUSTED_STORE } from '../../../harness/trusted-store';
import { loadConfig } from '../../../src/config/load-config';
import type { TradingSignal } from '../../../src/domain/signal';
import { LISTED_LATE_MAX_MS } from '../../../src/intake/count-signals';
import { fingerprintOf } from '../../../src/intake/fingerprint';
import { createSignalIntake, type SignalIntakeOptions } from '../../../src/intake/signal-intake';
import type { SignalIntake } from '../../../src/intake/types';
import { ScriptedServer } from './scripted-server';

jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn() }));

const NARROW = { 'ml.enabled': false, 'signals.perStrategyBurst': 2, 'signals.perStrategyPerMinute': 1 };
/** The server is asked for the number of open signals this often, in milliseconds. */
const COUNTED_AGAIN_MS = 2_000;
const ROOM = { fault: async () => undefined };
const FULL = { fault: async () => 'The disk is nearly full.' };

let server: ScriptedServer;

beforeEach(() => {
  server = new ScriptedServer();
});

afterEach(() => {
  jest.useRealTimers();
  jest.clearAllMocks();
});

function open(
  settings: Readonly<Record<string, unknown>> = {},
  options: Partial<SignalIntakeOptions> = {},
): SignalIntake {
  const flags = Object.entries(settings).map(([path, value]) => ({ flag: 'test', path, value }));
  const config = loadConfig({ env: {}, cwd: '/', flags: flags as never });
  return createSignalIntake({ client: server.client, config, store: TRUSTED_STORE, disk: ROOM, ...options });
}

function signalOf(strategy: string, change: Partial<TradingSignal> = {}): TradingSignal {
  const timestampMs = Date.now();
  return { symbol: 'BTCUSDT', direction: 'BUY', strategy, timestampMs, intent: 'entry', amount: '0.01', ...change };
}

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT'];
const different = (strategy: string, change: Partial<TradingSignal> = {}) =>
  SYMBOLS.map((symbol) => signalOf(strategy, { symbol, ...change }));

async function submitAll(intake: SignalIntake, signals: readonly TradingSignal[]): Promise<readonly string[]> {
  const results: string[] = [];
  for (const signal of signals) {
    const result = await intake.submit(signal);
    results.push(result.status === 'refused' ? result.code : result.status);
  }
  return results;
}

describe('a strategy that sends more than its budget', () => {
  test('is refused before anything is accepted, and told when to send the same signal again', async () => {
    const intake = open(NARROW);
    const signals = different('flood');
    expect(await submitAll(intake, signals)).toEqual(['accepted', 'accepted', 'STRATEGY_BUDGET', 'STRATEGY_BUDGET']);
    expect(server.started).toHaveLength(2);
    expect(await intake.submit(signals[2]!)).toMatchObject({
      message: expect.stringMatching(/^The strategy "flood" .* with the same timestamp, in \d+ s\.$/) as string,
      retryAfterMs: expect.any(Number) as number,
    });
  });

  test('holds up no other strategy, and none of its own exits', async () => {
    const intake = open(NARROW);
    await submitAll(intake, different('flood'));
    expect(await submitAll(intake, [signalOf('honest')])).toEqual(['accepted']);
    expect(await submitAll(intake, [signalOf('flood', { intent: 'exit', direction: 'SELL' })])).toEqual(['accepted']);
  });

  test('hears of a repetition what it always heard, from a process that took it and from one that did not', async () => {
    const signals = different('flood');
    const intake = open(NARROW);
    await submitAll(intake, signals.slice(0, 2));
    const other = open(NARROW);
    await submitAll(other, different('flood', { direction: 'SELL' }).slice(0, 2));
    for (const each of [intake, other]) {
      expect(await each.submit(signals[0]!)).toEqual({
        status: 'accepted',
        fingerprint: fingerprintOf(signals[0]!),
        repeated: true,
      });
      expect(await each.submit({ ...signals[0]!, amount: '7' })).toMatchObject({ status: 'duplicate' });
    }
  });

  test('pays for what is started, and not for repetitions', async () => {
    const [first, second, third] = different('flood');
    await submitAll(open(), [first!]);
    const intake = open(NARROW);
    expect(await submitAll(intake, [first!, second!, third!])).toEqual(['accepted', 'accepted', 'accepted']);
  });
});

describe('a start of which it is not known whether it was one', () => {
  const lost = Object.assign(new Error('no answer'), { code: 14, details: '', metadata: {} });

  test('is paid for, and its repetition is not', async () => {
    const intake = open(NARROW);
    const [first, second, third] = different('flood');
    server.answerFailure = lost;
    await expect(intake.submit(first!)).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    server.answerFailure = undefined;
    expect(await submitAll(intake, [first!, second!, third!])).toEqual(['accepted', 'accepted', 'STRATEGY_BUDGET']);
  });

  test.each([
    ['by this signal is paid for', {}, 'STRATEGY_BUDGET'],
    ['by another one costs nothing', { amount: '7' }, 'accepted'],
  ])('that was handed over, and then is found taken %s', async (_how, change, answer) => {
    const [first, second, third] = different('flood');
    await submitAll(open(), [{ ...first!, ...change }]);
    const intake = open(NARROW, { handOver: { start: async () => ({ status: 'unknown' }) } });
    await submitAll(intake, [first!, second!]);
    expect(await submitAll(intake, [third!])).toEqual([answer]);
  });

  test('counts as one that is under way', async () => {
    const [first, second] = different('many');
    await submitAll(open(), [first!]);
    const handOver = { start: async () => ({ status: 'unknown' as const }) };
    const intake = open({ 'signals.openMax': 1 }, { handOver });
    expect(await submitAll(intake, [first!, second!])).toEqual(['accepted', 'TOO_MANY_SIGNALS']);
  });
});

test('all strategies together have a budget', async () => {
  const strategies = ['a', 'b', 'c'];
  const intake = open({
    'ml.enabled': false,
    'signals.strategies': strategies,
    'signals.burst': 2,
    'signals.perMinute': 1,
  });
  const signals = strategies.map((strategy) => signalOf(strategy));
  expect(await submitAll(intake, signals)).toEqual(['accepted', 'accepted', 'SIGNAL_BUDGET']);
});

describe('a flood of invented strategies', () => {
  const settings = { 'ml.enabled': false, 'ml.strategy': 'model', 'signals.newStrategiesPerMinute': 3 };
  const invented = Array.from({ length: 50 }, (_, index) => signalOf(`invented-${index}`));

  test('is refused at the door beyond the bound, while strategies seen before, and the model’s, go on', async () => {
    const intake = open(settings);
    await submitAll(intake, [signalOf('honest')]);
    const answers = await submitAll(intake, invented);
    expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(2);
    expect(new Set(answers.slice(2))).toEqual(new Set(['STRATEGY_BUDGET']));
    const later = [...different('honest').slice(1), signalOf('model')];
    expect(await submitAll(intake, later)).toEqual(later.map(() => 'accepted'));
    expect(await intake.submit(invented.at(-1)!)).toMatchObject({
      message: expect.stringMatching(/^The strategy "invented-49" was not seen here before, and 3 new ones/) as string,
    });
  });

  test('keeps no exit out', async () => {
    const intake = open(settings);
    await submitAll(intake, invented);
    expect(await submitAll(intake, [signalOf('late', { intent: 'exit', direction: 'SELL' })])).toEqual(['accepted']);
  });

  test('does not spend what known strategies share with it', async () => {
    const intake = open({ ...settings, 'signals.burst': 4, 'signals.perMinute': 1 });
    expect(await submitAll(intake, invented.slice(0, 3))).toEqual(['accepted', 'accepted', 'SIGNAL_BUDGET']);
    expect(await submitAll(intake, different('model'))).toEqual([
      'accepted',
      'accepted',
      'SIGNAL_BUDGET',
      'SIGNAL_BUDGET',
    ]);
  });

  test('does not keep listed strategies out, however many they are', async () => {
    const names = invented.map(({ strategy }) => strategy);
    const answers = await submitAll(open({ ...settings, 'signals.strategies': names }), invented);
    expect(new Set(answers)).toEqual(new Set(['accepted']));
  });
});

describe('a list of strategies', () => {
  const settings = { 'signals.strategies': ['breakout'], 'ml.strategy': 'model' };

  test('lets those trade that it names, and the model', async () => {
    expect(
      await submitAll(
        open(settings),
        ['breakout', 'model', 'Breakout'].map((name) => signalOf(name)),
      ),
    ).toEqual(['accepted', 'accepted', 'UNKNOWN_STRATEGY']);
  });

  test.each([{}, settings])('never lets a sender inside this process take the name of an exit: %j', async (given) => {
    const intake = open(given);
    const names = ['exit/a/1', 'exit/', 'Exit/x'].map((name) => signalOf(name, { intent: 'exit' }));
    expect(await submitAll(intake, names)).toEqual(['UNKNOWN_STRATEGY', 'UNKNOWN_STRATEGY', 'UNKNOWN_STRATEGY']);
  });

  test('may be empty', async () => {
    const intake = open({ ...settings, 'signals.strategies': [] });
    expect(await submitAll(intake, [signalOf('model'), signalOf('breakout')])).toEqual([
      'accepted',
      'UNKNOWN_STRATEGY',
    ]);
  });
});

describe('while the disk is low', () => {
  test('entries are refused, exits are taken, and repetitions are answered as always', async () => {
    const accepted = signalOf('before');
    await submitAll(open(), [accepted]);
    const intake = open({}, { disk: FULL });
    const exit = signalOf('later', { intent: 'exit', direction: 'SELL' });
    expect(await submitAll(intake, [signalOf('later'), exit, accepted])).toEqual(['DISK_LOW', 'accepted', 'accepted']);
    expect(await intake.submit(signalOf('later'))).toMatchObject({
      message: expect.stringMatching(/^The disk is nearly full\. Nothing was accepted/) as string,
    });
  });
});

describe('while as many signals are under way as may be', () => {
  test('entries are refused, and exits are taken', async () => {
    server.counted = 10;
    const intake = open({ 'signals.openMax': 10 });
    const exit = signalOf('later', { intent: 'exit', direction: 'SELL' });
    expect(await submitAll(intake, [signalOf('later'), exit])).toEqual(['TOO_MANY_SIGNALS', 'accepted']);
  });

  test('those that were started here since the last count are counted, too', async () => {
    server.counted = 8;
    expect(await submitAll(open({ 'signals.openMax': 10 }), different('many'))).toEqual([
      'accepted',
      'accepted',
      'TOO_MANY_SIGNALS',
      'TOO_MANY_SIGNALS',
    ]);
  });

  test('those that a count may not have yet are counted until the next one', async () => {
    jest.useFakeTimers({ doNotFake: ['Date'] });
    server.counted = 0;
    const intake = open({ 'signals.openMax': 2 });
    const [first, second, third, fourth] = different('many');
    expect(await submitAll(intake, [first!])).toEqual(['accepted']);
    // The server is asked again, and has not listed the second one.
    await jest.advanceTimersByTimeAsync(COUNTED_AGAIN_MS - 1);
    expect(await submitAll(intake, [second!])).toEqual(['accepted']);
    await jest.advanceTimersByTimeAsync(1);
    server.counted = 1;
    await submitAll(intake, [third!]);
    expect(await submitAll(intake, [third!])).toEqual(['TOO_MANY_SIGNALS']);
    // Both have ended.
    server.counted = 0;
    await jest.advanceTimersByTimeAsync(COUNTED_AGAIN_MS);
    await submitAll(intake, [third!]);
    expect(await submitAll(intake, [fourth!])).toEqual(['accepted']);
  });

  test('where the server never counted, those that were started here are the bound', async () => {
    server.counted = undefined;
    expect(await submitAll(open({ 'signals.openMax': 2 }), different('many'))).toEqual([
      'accepted',
      'accepted',
      'TOO_MANY_SIGNALS',
      'TOO_MANY_SIGNALS',
    ]);
  });

  test('a server that does not count holds nobody up, and is asked again sooner than one that does', async () => {
    jest.useFakeTimers({ doNotFake: ['Date'] });
    server.counted = undefined;
    const intake = open({ 'signals.openMax': 10 });
    const signals = different('many');
    expect(await submitAll(intake, signals.slice(0, 2))).toEqual(['accepted', 'accepted']);
    expect(server.counts).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(COUNTED_AGAIN_MS / 4);
    server.counted = 10;
    await submitAll(intake, signals.slice(2, 3));
    expect(server.counts).toHaveLength(2);
    expect(await submitAll(intake, signals.slice(3))).toEqual(['TOO_MANY_SIGNALS']);
  });
});

describe('a process that sends one signal and ends', () => {
  async function sendOne(settings: Readonly<Record<string, unknown>>, whileItWaits = () => undefined as void) {
    jest.mocked(delay).mockImplementation(async () => whileItWaits());
    return submitAll(open(settings, { isShortLived: true }), [signalOf('many')]);
  }

  test('goes by what the server counts of the last minute', async () => {
    server.counted = 2;
    expect(await sendOne(NARROW)).toEqual(['STRATEGY_BUDGET']);
    server.counted = 1;
    expect(await sendOne(NARROW)).toEqual(['accepted']);
  });

  test.each([
    ['its strategy', NARROW, 'STRATEGY_BUDGET'],
    ['all', { 'ml.enabled': false, 'signals.burst': 2, 'signals.perMinute': 1 }, 'SIGNAL_BUDGET'],
  ])('counts again what others sent just now, where it could be the last of %s', async (_whose, settings, code) => {
    server.counted = 1;
    const answer = await sendOne(settings, () => (server.counted = 2));
    expect(answer).toEqual([code]);
    expect(delay).toHaveBeenCalledWith(LISTED_LATE_MAX_MS);
  });

  test('waits for nothing while there is room, nor where there is none', async () => {
    server.counted = 1;
    await sendOne({ 'ml.enabled': false });
    server.counted = 2;
    await sendOne(NARROW);
    expect(delay).not.toHaveBeenCalled();
  });

  test.each(["it's", 'back\\slash', '"double"'])(
    'asks nothing about %s, which no question can name',
    async (strategy) => {
      await submitAll(open({}, { isShortLived: true }), [signalOf(strategy)]);
      expect(server.counts.join('\n')).not.toContain(strategy);
      expect(server.counts.join('\n')).not.toContain('TradeStrategy');
    },
  );
});
