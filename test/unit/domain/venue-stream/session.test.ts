import fc from 'fast-check';
import {
  NEW_SESSION,
  reduceStream,
  type StreamAction,
  type StreamEvent,
  type StreamSession,
} from '../../../../src/domain/venue-stream/session';

/** One session, whose clock the test moves. */
class Run {
  session: StreamSession = NEW_SESSION;
  nowMs = 1_000;

  constructor(private readonly chance = 0) {}

  event(event: StreamEvent | StreamEvent['kind'], afterMs = 0): readonly StreamAction[] {
    this.nowMs += afterMs;
    const given = (typeof event === 'string' ? { kind: event, reason: 'x' } : event) as StreamEvent;
    const { session, actions } = reduceStream(this.session, given, this.nowMs, this.chance);
    this.session = session;
    return actions;
  }

  /** Lets the time come that the session waits for. */
  due(): readonly StreamAction[] {
    return this.event('time', this.session.dueAtMs - this.nowMs);
  }

  live(): this {
    for (const kind of ['start', 'opened', 'authenticated', 'subscribed'] as const) this.event(kind);
    return this;
  }

  get pauseMs(): number {
    return this.session.dueAtMs - this.nowMs;
  }
}

test('it connects, says who it is, subscribes, and tells of the gap before', () => {
  const run = new Run();
  const actions = (['start', 'opened', 'authenticated', 'subscribed'] as const).map((kind) => run.event(kind));
  expect(actions).toEqual([['connect'], ['authenticate'], ['subscribe'], ['gap']]);
  expect(run.session.phase).toBe('live');
});

test.each<[string, readonly StreamEvent['kind'][]]>([
  ['before it knows us', ['start', 'opened']],
  ['before the subscription is acknowledged', ['start', 'opened', 'authenticated']],
  ['while nobody is connected', ['start', 'opened', 'authenticated', 'subscribed', 'lost']],
])('news %s is not told', (_when, before) => {
  const run = new Run();
  for (const kind of before) run.event(kind);
  expect(run.event('news')).toEqual([]);
});

test('an acknowledgement that nobody waits for makes nothing live', () => {
  const run = new Run();
  run.event('start');
  run.event('opened');
  expect(run.event('subscribed')).toEqual([]);
  expect(run.session.phase).toBe('authenticating');
});

test('where nobody has to say who he is, it subscribes at once', () => {
  const run = new Run();
  run.event('start');
  expect(run.event({ kind: 'opened', isForAll: true })).toEqual(['subscribe']);
  expect(run.event('subscribed')).toEqual(['gap']);
});

test('a session may have a bound of its own on the messages in a second', () => {
  const run = new Run().live();
  run.session = { ...run.session, messagesPerSecondMax: 2 };
  run.event('news', 1_000);
  run.event('news');
  expect(run.session.phase).toBe('live');
  expect(run.event('news')).toContain('disconnect');
});

test('a ping is sent every twenty seconds, and an answer keeps the stream', () => {
  const run = new Run().live();
  expect(run.event('time', 19_999)).toEqual([]);
  expect(run.event('time', 1)).toEqual(['ping']);
  run.event('pong', 9_999);
  expect(run.due()).toEqual(['ping']);
});

test('a ping without an answer ends the connection, however much else is said', () => {
  const run = new Run().live();
  run.due();
  run.event('news', 5_000);
  expect(run.due()).toEqual(['disconnect', 'silence']);
  expect(run.session.fault).toContain('ping');
});

test.each<[string, readonly StreamEvent['kind'][]]>([
  ['does not open', ['start']],
  ['does not answer the authentication', ['start', 'opened']],
  ['does not answer the subscription', ['start', 'opened', 'authenticated']],
])('a connection that %s is given up', (_what, before) => {
  const run = new Run();
  for (const kind of before) run.event(kind);
  expect(run.due()).toEqual(['disconnect']);
  expect(run.session.phase).toBe('waiting');
});

test('pauses grow up to half a minute, and begin anew after a steady connection', () => {
  const run = new Run();
  run.event('start');
  const pauses = Array.from({ length: 9 }, () => {
    run.event('lost');
    const { pauseMs } = run;
    run.due();
    return pauseMs;
  });
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  for (const kind of ['opened', 'authenticated', 'subscribed'] as const) run.event(kind);
  run.event('lost', 60_000);
  expect(run.pauseMs).toBe(500);
});

test('a connection that is lost as soon as it is live does not begin the pauses anew', () => {
  const run = new Run();
  run.event('start');
  for (let count = 0; count < 5; count += 1) {
    for (const kind of ['opened', 'authenticated', 'subscribed'] as const) run.event(kind);
    run.event('lost', 1_000);
    run.due();
  }
  expect(run.session.failures).toBe(5);
});

test('pauses differ by chance', () => {
  const run = new Run(0.9);
  run.event('start');
  run.event('lost');
  expect(run.pauseMs).toBe(725);
});

test('refused keys are not offered again for a minute', () => {
  const run = new Run();
  run.event('start');
  run.event('opened');
  expect(run.event({ kind: 'refused', reason: 'no' })).toEqual(['disconnect']);
  expect(run.pauseMs).toBe(60_000);
});

test('a session that expires while it is live is begun again', () => {
  const run = new Run().live();
  expect(run.event({ kind: 'refused', reason: 'session expired' })).toEqual(['disconnect', 'silence']);
  expect(run.due()).toEqual(['connect']);
});

test('a flood of messages ends the connection', () => {
  const run = new Run().live();
  let actions: readonly StreamAction[] = [];
  for (let count = 0; count < 600 && run.session.phase === 'live'; count += 1) actions = run.event('news', 1);
  expect(actions).toEqual(['disconnect', 'silence']);
});

test('as many messages, one second after the other, are read', () => {
  const run = new Run().live();
  for (let count = 0; count < 2_000; count += 1) run.event('news', 5);
  expect(run.session.phase).toBe('live');
});

test('many messages in a row that cannot be read end the connection, some do not', () => {
  const run = new Run().live();
  for (let count = 0; count < 100; count += 1) run.event(count % 10 ? 'unreadable' : 'news', 5);
  expect(run.session.phase).toBe('live');
  for (let count = 0; count < 20; count += 1) run.event('unreadable', 5);
  expect(run.session.phase).toBe('waiting');
});

test('what is stopped stays so', () => {
  const run = new Run().live();
  expect(run.event('stop')).toEqual(['disconnect', 'silence']);
  expect(['start', 'opened', 'news', 'lost'].map((kind) => run.event(kind as StreamEvent['kind'], 99_000))).toEqual([
    [],
    [],
    [],
    [],
  ]);
  expect(run.session.phase).toBe('closed');
});

const KINDS: readonly StreamEvent['kind'][] = [
  'start',
  'opened',
  'authenticated',
  'subscribed',
  'refused',
  'pong',
  'news',
  'other',
  'unreadable',
  'lost',
  'time',
];

test('whatever happens, gap and silence alternate, news come between them only, and there is always a next step', () => {
  const happening = fc.tuple(fc.constantFrom(...KINDS), fc.nat(40_000));
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 80 }), (happenings) => {
      const run = new Run(0.5);
      run.event('start');
      let isLive = false;
      for (const [kind, afterMs] of happenings) {
        for (const action of run.event(kind, afterMs)) {
          if (action === 'gap' || action === 'silence') {
            expect(isLive).toBe(action === 'silence');
            isLive = action === 'gap';
          }
          if (action === 'tell') expect(isLive).toBe(true);
        }
        expect(run.session.dueAtMs).toBeLessThan(run.nowMs + 100_000);
      }
    }),
  );
});
