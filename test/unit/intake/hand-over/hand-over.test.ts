/** Signals that the API hands to an engine, over a real socket and a scripted server: what comes through, and what falls back. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { contentHashOf, fingerprintOf } from '../../../../src/intake/fingerprint';
import { HandOverLink } from '../../../../src/intake/hand-over/hand-over-link';
import { readLines, sendLine } from '../../../../src/intake/hand-over/line-reader';
import {
  ANSWER_MAX_MS,
  LINE_CHARACTERS_MAX,
  REPLY_MAX_MS,
  REQUESTS_WAITING_MAX,
  SIGN_OF_LIFE_MS,
} from '../../../../src/intake/hand-over/protocol';
import { socketPath } from '../../../../src/intake/hand-over/socket-place';
import { IntakeUnavailableError, type SignalIntake } from '../../../../src/intake/types';
import { OtherStoreError } from '../../../../src/temporal/errors';
import { HandOverWorld, SocketPair } from './support';

/** As many as an engine has at a time. */
const CONNECTIONS = 8;
/** Who waits is looked at now and then. */
const LOOKED_LATE_MS = 1_000;
/** More than the system keeps for a reader, and less than an engine does. */
const UNREAD_ANSWERS = 4_000;

let world: HandOverWorld;

beforeEach(() => {
  world = new HandOverWorld();
});

afterEach(() => {
  jest.useRealTimers();
  return world.close();
});

describe('with an engine near', () => {
  test('a signal is started by the engine, with a head start, and is accepted as ever', async () => {
    await world.engine();
    const intake = world.intake(await world.client());
    const signal = world.signal();
    expect(await intake.submit(signal)).toEqual({ status: 'accepted', fingerprint: fingerprintOf(signal) });
    expect(world.startedByEngine).toEqual([true]);
  });

  test('256 signals at once are started by it, each once', async () => {
    await world.engine();
    const intake = world.intake(await world.client());
    const signals = Array.from({ length: REQUESTS_WAITING_MAX }, (_, number) => world.signal(`at-once-${number}`));
    const results = await Promise.all(signals.map((signal) => intake.submit(signal)));
    expect(results).toEqual(signals.map((signal) => ({ status: 'accepted', fingerprint: fingerprintOf(signal) })));
    expect(world.startedByEngine).toEqual(signals.map(() => true));
  });

  test('what a sender hears is the same, word for word, whoever starts the signal', async () => {
    const settings = { 'signals.newStrategiesPerMinute': 3 };
    const [near, alone] = [new HandOverWorld('near', settings), new HandOverWorld('alone', settings)];
    await near.engine();
    expect(await hear(near, near.intake(await near.client()))).toEqual(await hear(alone, alone.intake()));
    expect(near.startedByEngine).toContain(true);
    await Promise.all([near.close(), alone.close()]);
  });

  test.each([
    ['the server does not answer', new IntakeUnavailableError('No answer.')],
    ['it is another store', new OtherStoreError('Another store.')],
  ])(
    'what it hears where %s for it is no word on the signal, which is started here, and it is left alone',
    async (_what, failure) => {
      const start = jest.fn(() => Promise.reject(failure));
      await world.engine(world.desk({ start }));
      const client = await world.client();
      const intake = world.intake(client);
      for (const strategy of ['first', 'second'])
        expect(await intake.submit(world.signal(strategy))).toMatchObject({ status: 'accepted' });
      expect(world.startedByEngine).toEqual([false, false]);
      expect(start).toHaveBeenCalledTimes(1);
      await world.until('the end', () => client.state === 'off: the engine cannot start signals at the moment');
    },
  );

  test('an engine that does not know its store starts nothing, and says that it did not', async () => {
    const store = { isConfirmed: false, confirm: () => Promise.reject(new OtherStoreError('Another store.')) };
    const desk = world.desk(world.starter, store);
    await world.engine(desk);
    const client = await world.client();
    expect(await world.intake(client).submit(world.signal())).toEqual({
      status: 'accepted',
      fingerprint: expect.any(String) as string,
    });
    await world.until('the end', () => client.state !== 'works');
  });

  test('another failure of it is no word on the signal, which is started here', async () => {
    await world.engine(world.desk({ start: () => Promise.reject(new Error('a defect')) }));
    expect(await world.intake(await world.client()).submit(world.signal())).toMatchObject({ status: 'accepted' });
    expect(world.startedByEngine).toEqual([false]);
  });

  test('its budgets are not touched: what is refused is not handed over', async () => {
    const desk = jest.fn(world.desk());
    await world.engine(desk);
    const intake = world.intake(await world.client());
    expect(await intake.submit({ ...world.signal(), symbol: 'NONE' })).toMatchObject({ code: 'UNKNOWN_SYMBOL' });
    expect(desk).not.toHaveBeenCalled();
  });
});

/** All kinds of answers, in a fixed order. */
async function hear({ server }: HandOverWorld, intake: SignalIntake): Promise<readonly unknown[]> {
  const signal = { ...world.signal('words'), timestampMs: Math.floor(Date.now() / 60_000) * 60_000 };
  const heard: unknown[] = [];
  const say = async (change: object = {}): Promise<unknown> =>
    heard.push(await intake.submit({ ...signal, ...change }));
  await say();
  await say();
  await say({ amount: '0.02' });
  await say({ direction: 'SELL' });
  await say({ symbol: 'NONE' });
  await say({ timestampMs: 0 });
  server.workflows.set(fingerprintOf({ ...signal, strategy: 'foreign' }), { status: 'RUNNING' });
  for (const strategy of ['foreign', 'third', 'refused for now']) await say({ strategy });
  // Ages and waits differ by the moment.
  return heard.map((each) => JSON.stringify(each).replaceAll(/\d+ s\b|"retryAfterMs":[\d.]+/g, '…'));
}

describe('without an answer', () => {
  test('a signal that the engine took and said nothing of is started here, and the engine finds it there', async () => {
    const requests: Readonly<Record<string, unknown>>[] = [];
    await world.impostor((request) => requests.push(request));
    const client = await world.client();
    const signal = world.signal();
    expect(await world.intake(client).submit(signal)).toMatchObject({ status: 'accepted' });
    expect(client.state).toBe('off: the engine does not answer');
    // It wakes, and does what it was asked to.
    expect(await world.desk()(requests[0]!)).toEqual({ status: 'known' });
    expect(world.startedByEngine).toEqual([false]);
  });

  test('a signal that the engine started before it died is one, told as a repetition', async () => {
    const desk = world.desk();
    await world.impostor((request, socket) => void desk(request).then(() => socket.destroy()));
    const signal = world.signal();
    expect(await world.intake(await world.client()).submit(signal)).toMatchObject({
      status: 'accepted',
      repeated: true,
    });
    expect(world.startedByEngine).toEqual([true]);
  });

  test('the next signals wait for nobody', async () => {
    let asked = 0;
    await world.impostor(() => (asked += 1));
    const intake = world.intake(await world.client());
    for (const strategy of ['first', 'second', 'third']) await intake.submit(world.signal(strategy));
    expect(asked).toBe(1);
    expect(world.server.started).toHaveLength(3);
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ['speaks no JSON', (socket) => socket.write('nonsense\n')],
    ['never ends a line', (socket) => socket.write('x'.repeat(LINE_CHARACTERS_MAX + 1))],
    ['answers what nobody asked', (socket) => socket.end('{"id":99,"status":"known","runId":"r"}\n')],
    ['answers in words that nobody knows', (socket) => socket.write('{"id":1,"status":"perhaps"}\n')],
    ['answers with no text as its run', (socket) => socket.write('{"id":1,"status":"known","runId":{"toString":1}}\n')],
    ['answers with an empty run', (socket) => socket.write('{"id":1,"status":"known","runId":""}\n')],
    [
      'answers with no text as its message',
      (socket) => socket.write('{"id":1,"status":"failed","code":"OTHER_STORE","message":{"toString":1}}\n'),
    ],
    ['answers with no number', (socket) => socket.write('{"id":{"valueOf":1},"status":"known"}\n')],
    ['answers with a list', (socket) => socket.write('[[1]]\n')],
    ['answers nothing', (socket) => socket.write('null\n')],
    ['hangs up', (socket) => socket.destroy()],
  ])('of an engine that %s, a signal is started here', async (_what, answer) => {
    await world.impostor((_request, socket) => answer(socket));
    expect(await world.intake(await world.client()).submit(world.signal())).toMatchObject({ status: 'accepted' });
    expect(world.startedByEngine).toEqual([false]);
  });
});

test('an engine that says that it lives, and never answers, is left alone after the longest wait', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'Date'] });
  const clock = new SocketPair();
  const ends: unknown[] = [];
  const link = new HandOverLink({
    socket: clock.ours,
    identity: world.identity,
    onWelcome: () => undefined,
    onAnswer: () => undefined,
    onEnd: (why, isAtFault) => ends.push([why, isAtFault]),
  });
  await clock.say({ welcome: true });
  const signal = world.signal();
  const handed = link.start({ signal, fingerprint: fingerprintOf(signal), contentHash: 'hash' });
  for (let waitedMs = 0; waitedMs <= ANSWER_MAX_MS + LOOKED_LATE_MS; waitedMs += SIGN_OF_LIFE_MS) {
    await clock.sayLine('');
    await jest.advanceTimersByTimeAsync(SIGN_OF_LIFE_MS);
  }
  jest.useRealTimers();
  expect(await handed).toEqual({ status: 'unknown' });
  expect(ends).toEqual([['the engine does not answer', true]]);
});

test('the engine answers before the API stops waiting, whatever its server does', async () => {
  expect(REPLY_MAX_MS).toBeLessThan(ANSWER_MAX_MS);
  jest.useFakeTimers({ doNotFake: ['Date'] });
  const signal = world.signal();
  const request = { id: 1, signal, fingerprint: fingerprintOf(signal), contentHash: contentHashOf(signal) };
  const reply = world.desk({ start: () => new Promise(() => undefined) })(request);
  await jest.advanceTimersByTimeAsync(REPLY_MAX_MS);
  jest.useRealTimers();
  expect(await reply).toEqual({ status: 'unknown', isAtFault: true });
});

test('a line that cannot be handled ends its connection alone', async () => {
  const { ours, sayLine } = new SocketPair();
  const failed = new Promise<Error>((resolve) => ours.once('error', resolve));
  readLines(ours, {
    onLine: () => {
      throw new TypeError('odd');
    },
  });
  await sayLine('{}');
  expect(await failed).toMatchObject({ message: 'a line could not be handled' });
  expect(ours.destroyed).toBe(true);
});

test('lines of one turn of the event loop go out in one write', async () => {
  const writes: string[] = [];
  const note = (chunks: readonly { readonly chunk: Buffer }[]): unknown =>
    writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk)).toString());
  const socket = new Writable({
    write: (chunk: Buffer, _encoding, done) => (note([{ chunk }]), done()),
    writev: (chunks, done) => (note(chunks), done()),
  }) as Socket;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  sendLine(socket, { id: 1 });
  sendLine(socket, { id: 2 });
  await turn();
  sendLine(socket, { id: 3 });
  await turn();
  expect(writes).toEqual(['{"id":1}\n{"id":2}\n', '{"id":3}\n']);
});

describe('an engine that ends', () => {
  test('does not wait for one that never reads its answers', async () => {
    const engine = await world.engine(async () => ({ status: 'returned' }));
    const reader = connect(socketPath(world.dataDir));
    reader.pause().on('error', () => undefined);
    sendLine(reader, world.identity);
    for (let id = 1; id <= UNREAD_ANSWERS; id += 1) sendLine(reader, { id });
    await new Promise<void>((resolve) => reader.write('\n', () => resolve()));
    await engine.close();
    expect(engine.isOpen).toBe(false);
    reader.destroy();
  });

  test('answers what it took, and the next signal is started here', async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const desk = world.desk();
    const isTaken = jest.fn();
    const engine = await world.engine(async (request) => {
      isTaken();
      await held;
      return desk(request);
    });
    const intake = world.intake(await world.client());
    const taken = intake.submit(world.signal('taken'));
    await world.until('the request', () => isTaken.mock.calls.length > 0);
    const closing = engine.close();
    await intake.submit(world.signal('late'));
    release?.();
    await Promise.all([taken, closing]);
    expect(world.startedByEngine).toEqual([false, true]);
  });

  test('is found again when it is back', async () => {
    const engine = await world.engine();
    const client = await world.client();
    await engine.close();
    await world.until('the end', () => client.state !== 'works');
    await world.engine();
    await world.until('the return', () => client.state === 'works');
    await world.intake(client).submit(world.signal());
    expect(world.startedByEngine).toEqual([true]);
  });
});

test.each([
  ['environment', { environment: 'testnet' }],
  ['venue', { venue: 'other' }],
  ['namespace', { namespace: 'other' }],
  ['protocol', { protocol: 0 }],
] as const)('an engine of another %s gets nothing, and the API says so', async (name, other) => {
  await world.engine(world.desk(), { ...world.identity, ...other });
  const client = await world.client(false);
  expect(client.state).toBe(`off: the engine of this data folder has another ${name}`);
  await world.intake(client).submit(world.signal());
  expect(world.startedByEngine).toEqual([false]);
});

describe('the engine’s desk', () => {
  const admitted = () => {
    const signal = world.signal();
    return { id: 1, signal, fingerprint: fingerprintOf(signal), contentHash: 'other' };
  };

  test.each<[string, () => Readonly<Record<string, unknown>>]>([
    ['of another content', () => admitted()],
    ['of another fingerprint', () => ({ ...admitted(), fingerprint: '0000000000000000' })],
    ['that is no signal', () => ({ ...admitted(), signal: 'BTCUSDT' })],
    ['with a field that nobody knows', () => ({ ...admitted(), signal: { ...world.signal(), leverage: 100 } })],
    ['that is missing', () => ({ id: 1 })],
  ])('starts no signal %s', async (_what, request) => {
    expect(await world.desk()(request())).toEqual({ status: 'returned' });
    expect(world.server.started).toEqual([]);
  });

  test('starts no signal that waited for longer than the server remembers', async () => {
    let request: Readonly<Record<string, unknown>> = {};
    await world.impostor((asked, socket) => {
      request = asked;
      socket.destroy();
    });
    await world.intake(await world.client()).submit(world.signal());
    world.server.workflows.clear();
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + world.config.signals.dedupWindowSeconds * 1_000 + 1);
    expect(await world.desk()(request)).toEqual({ status: 'returned' });
    jest.restoreAllMocks();
    expect(world.startedByEngine).toEqual([false]);
  });
});

test('connections that were greeted and send nothing make room for one that comes', async () => {
  await world.engine();
  const silent = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect(socketPath(world.dataDir)).on('error', () => undefined);
      sendLine(socket, world.identity);
      await once(socket, 'data');
      return socket;
    }),
  );
  await world.intake(await world.client()).submit(world.signal());
  expect(world.startedByEngine).toEqual([true]);
  expect(silent.filter(({ closed }) => closed)).toHaveLength(1);
  for (const socket of silent) socket.destroy();
});

test.each([
  ['does not greet properly', 'nonsense\n'],
  ['never ends its line', 'x'.repeat(LINE_CHARACTERS_MAX + 1)],
])('whoever %s is shut out, and others are served', async (_what, text) => {
  await world.engine();
  const client = await world.client();
  const stranger = connect(socketPath(world.dataDir));
  const isOut = new Promise((resolve) => stranger.once('close', resolve));
  stranger.on('error', () => undefined).write(text);
  await isOut;
  await world.intake(client).submit(world.signal());
  expect(world.startedByEngine).toEqual([true]);
});
