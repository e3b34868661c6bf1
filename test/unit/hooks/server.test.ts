import { IntakeUnavailableError } from '../../../src/intake/types';
import type { PositionView } from '../../../src/messages/position';
import { hintedTrace } from '../../../src/hooks/hinted-trace';
import { SIGNATURE_HEADER, signatureOf, TIMESTAMP_HEADER } from '../../../src/hooks/authenticate';
import { OtherStoreError } from '../../../src/temporal/errors';
import { HooksBench, hooksConfig, OTHER_SECRET, payload, SECRET } from './bench';

let bench: HooksBench;

beforeEach(() => {
  bench = new HooksBench();
});

afterEach(() => bench.server.close());

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
/** As a tunnel passes it on. */
const TUNNEL = {
  host: 'hooks.example',
  'x-forwarded-for': '52.89.214.238',
  'x-forwarded-proto': 'https',
  via: '1.1 tunnel',
};

describe("TradingView's alert", () => {
  test.each([
    ['as JSON', {}],
    ['as text/plain', TEXT],
    ['through a tunnel', TUNNEL],
  ])('%s is accepted, and is the signal that was meant', async (_how, headers) => {
    const reply = await bench.post('tradingview', payload('tradingview-strategy.json'), headers);
    expect([reply.statusCode, reply.json()]).toMatchObject([200, { status: 'accepted' }]);
    expect([...bench.intake.accepted.values()]).toMatchObject([
      { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'tv-Long', intent: 'entry', amount: '0.05' },
    ]);
  });

  test('names its source, so that whoever asks later hears which one it was', async () => {
    await bench.post('tradingview', payload('tradingview-strategy.json'));
    expect(bench.intake.source).toEqual({ by: 'hook', name: 'tradingview' });
  });

  test('with bare numbers and the name of the exchange before the symbol is the same', async () => {
    await bench.post('tradingview', payload('tradingview-bare-numbers.json'));
    expect([...bench.intake.accepted.values()]).toMatchObject([
      { symbol: 'BTCUSDT', direction: 'SELL', amount: '0.05' },
    ]);
  });

  test('four times in a row is one order, and four times 200', async () => {
    const body = payload('tradingview-strategy.json');
    const replies = [];
    for (let count = 0; count < 4; count += 1)
      replies.push(await bench.post('tradingview', body, count % 2 ? TEXT : {}));
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect(replies.map((reply) => reply.json<{ repeated?: boolean }>().repeated)).toEqual([
      undefined,
      true,
      true,
      true,
    ]);
    expect(bench.intake.accepted.size).toBe(1);
    expect(bench.counted.map(([, result]) => result)).toEqual(['accepted', 'repeated', 'repeated', 'repeated']);
  });

  test('whose comment has quotes in it is answered with the place of the fault', async () => {
    const reply = await bench.post('tradingview', payload('tradingview-comment-with-quotes.txt'), TEXT);
    expect([reply.statusCode, reply.json()]).toMatchObject([
      400,
      { code: 'MALFORMED_BODY', message: expect.stringContaining('line 4, character 20') as string },
    ]);
  });

  test.each(['tradingview-bare-words.txt', 'tradingview-unfilled.json'])(
    '%s never becomes a signal, and says why',
    async (file) => {
      const reply = await bench.post('tradingview', payload(file), TEXT);
      expect([400, 422]).toContain(reply.statusCode);
      const { code, message } = reply.json<{ code: string; message: string }>();
      expect(message).toMatch(/character 1|placeholder/);
      // A body that cannot be read may be anybody's: what it holds is not written down.
      const said = code === 'INVALID_ALERT' ? message : 'The body cannot be read.';
      expect(bench.noted).toEqual([{ kind: 'refused', code, message: said, source: 'hook tradingview' }]);
      expect(bench.intake.submissions).toBe(0);
    },
  );

  test('whose bar opened long ago is refused, with what to write instead of {{time}}', async () => {
    const reply = await bench.post('tradingview', payload('tradingview-strategy.json', Date.now() - 900_000));
    expect([reply.statusCode, reply.json()]).toMatchObject([
      422,
      { code: 'STALE_SIGNAL', message: expect.stringContaining('{{timenow}}') as string },
    ]);
  });

  test('that says when its bar opened has the time of the close of the bar', async () => {
    const openedAtMs = Math.floor(Date.now() / 1_000) * 1_000 - 15 * 60_000;
    await bench.post('bars', payload('tradingview-strategy.json', openedAtMs));
    expect([...bench.intake.accepted.values()]).toMatchObject([{ timestampMs: openedAtMs + 15 * 60_000 }]);
  });

  test('that fires before its bar closed is told to fire once per bar close', async () => {
    const reply = await bench.post('bars', payload('tradingview-strategy.json', Date.now() - 60_000));
    expect([reply.statusCode, reply.json()]).toMatchObject([
      422,
      { code: 'SIGNAL_FROM_FUTURE', message: expect.stringContaining('once per bar close') as string },
    ]);
  });
});

describe('who may send', () => {
  test.each([
    ['another secret', (text: string) => text.replace(SECRET, `${SECRET}x`)],
    ['a part of the secret', (text: string) => text.replace(SECRET, SECRET.slice(1))],
    ['no secret', (text: string) => text.replace('"secret"', '"other"')],
    ['a secret that is no text', (text: string) => text.replace(`"${SECRET}"`, '{"a":1}')],
  ])('an alert with %s is refused, through a tunnel, too, and never repeated anywhere', async (_name, change) => {
    const reply = await bench.post('tradingview', change(payload('tradingview-strategy.json')), TUNNEL);
    expect([reply.statusCode, reply.json()]).toMatchObject([401, { code: 'UNAUTHENTICATED' }]);
    expect(bench.intake.submissions).toBe(0);
    expect(bench.audit.entries).toMatchObject([
      { what: 'hook.refused', target: 'tradingview', detail: 'UNAUTHENTICATED' },
    ]);
    expect(bench.noted).toMatchObject([{ kind: 'refused', code: 'UNAUTHENTICATED', source: 'hook tradingview' }]);
    expect(JSON.stringify([reply.body, bench.audit.entries, bench.logged, bench.noted])).not.toContain(SECRET.slice(1));
  });

  test('every secret that is in use is good, so that senders can change one by one', async () => {
    const body = payload('tradingview-strategy.json').replace(SECRET, OTHER_SECRET);
    expect((await bench.post('tradingview', body)).statusCode).toBe(200);
  });

  test('whoever guesses leaves ten lines, and does not lock out who knows the secret', async () => {
    const wrong = payload('tradingview-strategy.json').replace(SECRET, 'guess');
    const codes: number[] = [];
    for (let count = 0; count < 15; count += 1) codes.push((await bench.post('tradingview', wrong)).statusCode);
    expect(new Set(codes)).toEqual(new Set([401, 429]));
    expect(bench.audit.entries).toHaveLength(10);
    expect(bench.noted).toHaveLength(10);
    expect((await bench.post('tradingview', payload('tradingview-strategy.json'))).statusCode).toBe(200);
  });

  function signed(body: string, timestamp = String(Date.now()), secret = SECRET) {
    return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: signatureOf(secret, timestamp, Buffer.from(body)) };
  }

  test.each([SECRET, OTHER_SECRET])('a signature over time and body with any secret in use is good', async (secret) => {
    const body = payload('tradingview-strategy.json');
    expect((await bench.post('signed', body, signed(body, undefined, secret))).statusCode).toBe(200);
    const seconds = String(Math.floor(Date.now() / 1_000));
    const headers = signed(body, seconds, secret);
    expect(
      (await bench.post('signed', body, { ...headers, [SIGNATURE_HEADER]: `sha256=${headers[SIGNATURE_HEADER]}` }))
        .statusCode,
    ).toBe(200);
  });

  test.each<[string, (body: string) => readonly [string, Record<string, string>]]>([
    ['of another body', (body) => [`${body} `, signed(body)]],
    ['of another time', (body) => [body, { ...signed(body), [TIMESTAMP_HEADER]: String(Date.now() + 1) }]],
    ['by another secret', (body) => [body, signed(body, undefined, 'unit-test-secret-0003')]],
    ['that is too old', (body) => [body, signed(body, String(Date.now() - 301_000))]],
    ['from the future', (body) => [body, signed(body, String(Date.now() + 310_000))]],
    [
      'that is cut',
      (body) => [body, { ...signed(body), [SIGNATURE_HEADER]: signed(body)[SIGNATURE_HEADER]!.slice(2) }],
    ],
    ['without a time', (body) => [body, { [SIGNATURE_HEADER]: signed(body)[SIGNATURE_HEADER]! }]],
    ['that is the secret itself in the body', (body) => [body, {}]],
  ])('a signature %s is refused', async (_name, make) => {
    const [body, headers] = make(payload('tradingview-strategy.json'));
    expect((await bench.post('signed', body, headers)).statusCode).toBe(401);
    expect(bench.intake.submissions).toBe(0);
  });

  test('a source without a secret takes JSON of programs on this machine', async () => {
    expect((await bench.post('neighbour', payload('tradingview-strategy.json'))).statusCode).toBe(200);
  });

  test.each([
    ['passed on by a proxy', { 'x-forwarded-for': '52.89.214.238' }, 403],
    ['passed on by another one', { forwarded: 'for=52.89.214.238' }, 403],
    ['passed on by a tunnel that keeps the name', { 'cf-connecting-ip': '52.89.214.238' }, 403],
    ['called by the name of the tunnel', { host: 'hooks.example' }, 403],
    ['sent as text, as pages may', TEXT, 415],
  ])('a source without a secret takes nothing that was %s', async (_name, headers, status) => {
    expect((await bench.post('neighbour', payload('tradingview-strategy.json'), headers)).statusCode).toBe(status);
    expect(bench.intake.submissions).toBe(0);
  });
});

describe('the port', () => {
  test.each([
    ['a foreign host', { host: 'evil.example' }],
    ['the port of another', { host: '127.0.0.1:8080' }],
    ['a page', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['another page, by its browser', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s, with the right secret, too', async (_name, headers) => {
    expect((await bench.post('tradingview', payload('tradingview-strategy.json'), headers)).statusCode).toBe(403);
    expect(bench.intake.submissions).toBe(0);
  });

  test.each([
    '/',
    '/health',
    '/metrics',
    '/api/signals',
    '/hooks',
    '/hooks/',
    '/hooks/tradingview/more',
    '/hooks/nobody',
    '/hooks/__proto__',
    '/hooks/%74radingvie',
    `/hooks/${'x'.repeat(200)}`,
  ])('has nothing at %s', async (url) => {
    const headers = { host: HOSTS[0], 'content-type': 'application/json' };
    const reply = await bench.server.inject({
      method: 'POST',
      url,
      payload: payload('tradingview-strategy.json'),
      headers,
    });
    expect([reply.statusCode, reply.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    expect(bench.intake.submissions).toBe(0);
  });
  const HOSTS = ['127.0.0.1:8081'] as const;

  test.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'] as const)(
    'answers %s with what to use instead',
    async (method) => {
      const reply = await bench.server.inject({ method, url: '/hooks/tradingview', headers: { host: HOSTS[0] } });
      expect([reply.statusCode, reply.headers.allow]).toEqual([405, 'POST']);
    },
  );

  test('refuses a form, and says what is taken', async () => {
    const reply = await bench.post('tradingview', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([reply.statusCode, reply.json()]).toMatchObject([
      415,
      { message: expect.stringContaining('application/json or text/plain') as string },
    ]);
  });

  test('refuses a body beyond its limit', async () => {
    expect((await bench.post('tradingview', 'x'.repeat(20_000))).statusCode).toBe(413);
  });

  test.each(['', ' ', '\u0000', 'null', '[]', '"text"'])('refuses the body %j with a reason', async (body) => {
    const reply = await bench.post('tradingview', body);
    expect(reply.statusCode).toBeGreaterThanOrEqual(400);
    expect(reply.statusCode).toBeLessThan(500);
    expect(reply.json()).toMatchObject({ message: expect.stringMatching(/\.$/) as string });
  });

  test('counts alerts of a source that is not configured together', async () => {
    await bench.post('nobody', '{}');
    expect(bench.counted).toEqual([['other', 'refused']]);
  });
});

describe('what its sender hears', () => {
  test('a server that hangs: 503 in time, and what it took after all is one order', async () => {
    await bench.server.close();
    bench = new HooksBench({ answerWithinMs: 100 });
    let release = (): void => undefined;
    bench.intake.held = new Promise((resolve) => (release = resolve));
    const body = payload('tradingview-strategy.json');
    const reply = await bench.post('tradingview', body);
    expect([reply.statusCode, reply.json(), reply.headers['retry-after']]).toMatchObject([
      503,
      { code: 'TIMED_OUT' },
      '1',
    ]);
    release();
    const again = await bench.post('tradingview', body);
    expect([again.statusCode, again.json()]).toMatchObject([200, { repeated: true }]);
    expect(bench.audit.entries).toMatchObject([
      { who: 'hook tradingview', what: 'signal.send', result: 'done' },
      { what: 'signal.send', result: 'done', detail: 'repeated' },
    ]);
  });

  test.each([
    ['no server', new IntakeUnavailableError('no server'), 503, 'SERVER_UNAVAILABLE'],
    ['another store', new OtherStoreError('another store'), 503, 'OTHER_STORE'],
    ['a defect', new Error(`a defect at /home/somebody with ${SECRET}`), 500, 'INTERNAL_ERROR'],
  ])('%s: it may come again', async (_name, failure, status, code) => {
    bench.intake.failure = failure;
    const reply = await bench.post('tradingview', payload('tradingview-strategy.json'));
    expect([reply.statusCode, reply.json()]).toMatchObject([status, { code }]);
    expect(reply.body).not.toContain('somebody');
    expect(bench.audit.entries).toMatchObject([{ what: 'signal.send', result: 'failed', detail: code }]);
  });

  test.each([
    ['STRATEGY_BUDGET', 503],
    ['DISK_LOW', 503],
    ['UNKNOWN_SYMBOL', 422],
    ['UNKNOWN_STRATEGY', 422],
  ] as const)('%s: %d', async (code, status) => {
    bench.intake.refusal = { status: 'refused', code, message: 'No.' };
    const reply = await bench.post('tradingview', payload('tradingview-strategy.json'));
    expect([reply.statusCode, reply.json()]).toMatchObject([status, { code }]);
  });

  test('another amount under the same fingerprint: 409, with what stands', async () => {
    const body = payload('tradingview-strategy.json');
    await bench.post('tradingview', body);
    const reply = await bench.post('tradingview', body.replace('0.05', '0.07'));
    expect([reply.statusCode, reply.json()]).toMatchObject([
      409,
      { code: 'CONFLICTING', message: 'Another one stands.' },
    ]);
  });

  test('more than its source may send: 503, and other sources go on', async () => {
    const body = payload('tradingview-strategy.json');
    const codes = [];
    for (let count = 0; count < 3; count += 1) codes.push((await bench.post('slow', body)).statusCode);
    expect(codes).toEqual([200, 200, 503]);
    expect((await bench.post('tradingview', body)).statusCode).toBe(200);
  });

  test('guesses cost a source nothing of its budget', async () => {
    const body = payload('tradingview-strategy.json');
    for (let count = 0; count < 5; count += 1) await bench.post('slow', body.replace(SECRET, 'guess'));
    expect((await bench.post('slow', body)).statusCode).toBe(200);
  });

  test('pairs of key and value are an alert where their source says so', async () => {
    const reply = await bench.post('octo', payload('pairs.txt'), TEXT);
    expect([reply.statusCode, [...bench.intake.accepted.values()]]).toMatchObject([
      200,
      [{ symbol: 'BTCUSDT', direction: 'BUY', strategy: 'octo' }],
    ]);
  });
});

describe('exits and reversals', () => {
  const FIRED_AT_MS = Math.floor(Date.now() / 1_000) * 1_000;

  function open(openedAtMs: number): PositionView {
    const row = { symbol: 'BTCUSDT', side: 'SHORT', size: '0.04', openedAtMs } as NonNullable<PositionView['row']>;
    return {
      venue: 'bybit',
      symbol: 'BTCUSDT',
      state: 'PROTECTED',
      side: 'SHORT',
      row,
      openers: [],
      marks: [],
      exitRounds: 0,
      timeline: [],
    };
  }

  const closes = (): Promise<{ statusCode: number; json: () => unknown }> =>
    bench.post('tradingview', payload('tradingview-reversal-closes.json', FIRED_AT_MS));

  test('an alert after which nothing is held closes all of the position, whatever its size here', async () => {
    bench.view = open(FIRED_AT_MS - 60_000);
    const reply = await closes();
    expect([reply.statusCode, reply.json()]).toMatchObject([200, { status: 'accepted', symbol: 'BTCUSDT' }]);
    expect(bench.closed).toEqual([
      { symbol: 'BTCUSDT', words: 'alert of tradingview: tv-Close entry(s) order Short', reason: 'SIGNAL' },
    ]);
    expect(bench.intake.submissions).toBe(0);
  });

  test('where nothing is open it opens nothing', async () => {
    const reply = await closes();
    expect([reply.statusCode, reply.json()]).toMatchObject([200, { status: 'nothing_open' }]);
    expect([bench.closed, bench.intake.submissions]).toEqual([[], 0]);
  });

  test('sent again it does not close what was opened meanwhile', async () => {
    bench.view = open(FIRED_AT_MS + 4_000);
    expect((await closes()).json()).toMatchObject({ status: 'nothing_open' });
    expect(bench.closed).toEqual([]);
  });

  test('what opened within the second of its alert is closed: alerts tell whole seconds', async () => {
    bench.view = open(FIRED_AT_MS + 900);
    await closes();
    expect(bench.closed).toHaveLength(1);
  });

  test.each<[string, () => void]>([
    ['is being opened', () => (bench.view = { ...open(0), state: 'OPENING', row: undefined })],
    [
      'cannot be closed while trading is halted',
      () => (bench.closeReply = { accepted: false, message: 'Trading is halted.' }),
    ],
  ])('a position that %s: the alert is to come again', async (_name, prepare) => {
    bench.view = open(FIRED_AT_MS - 60_000);
    prepare();
    expect((await closes()).statusCode).toBe(503);
  });

  test('the answer stays JSON, whatever the position has said', async () => {
    bench.view = open(FIRED_AT_MS - 60_000);
    bench.closeReply = { accepted: false, message: String.raw`%25252541\\\\&amp;amp;amp;lt;`.repeat(200) };
    const reply = await closes();
    expect([reply.statusCode, reply.json()]).toMatchObject([503, { message: '[redacted]' }]);
    expect(reply.json()).toHaveProperty('code', 'POSITION_COMMAND_REFUSED');
  });

  test('one that is too old closes nothing', async () => {
    bench.view = open(0);
    const reply = await bench.post('tradingview', payload('tradingview-reversal-closes.json', Date.now() - 400_000));
    expect([reply.statusCode, reply.json()]).toMatchObject([422, { code: 'STALE_SIGNAL' }]);
    expect(bench.closed).toEqual([]);
    expect(bench.noted).toMatchObject([{ code: 'STALE_SIGNAL', symbol: 'BTCUSDT', source: 'hook tradingview' }]);
  });

  test('the two alerts of a reversal, of one second, one side and one symbol, are an end and an entry', async () => {
    bench.view = open(FIRED_AT_MS - 60_000);
    const replies = [
      await closes(),
      await bench.post('tradingview', payload('tradingview-reversal-opens.json', FIRED_AT_MS)),
    ];
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(bench.closed).toHaveLength(1);
    expect([...bench.intake.accepted.values()]).toMatchObject([
      { direction: 'BUY', intent: 'entry', strategy: 'tv-Long' },
    ]);
  });

  test('a reversal in one alert is an entry of the new side', async () => {
    await bench.post('tradingview', payload('tradingview-reversal-in-one.json'));
    expect([...bench.intake.accepted.values()]).toMatchObject([{ direction: 'BUY', intent: 'entry', amount: '0.1' }]);
  });

  test('a part that is sold of what is still held is an exit of its amount', async () => {
    await bench.post('tradingview', payload('tradingview-partial-exit.json'));
    expect([...bench.intake.accepted.values()]).toMatchObject([{ direction: 'SELL', intent: 'exit', amount: '0.02' }]);
  });

  test('a part without its amount is refused', async () => {
    const body = payload('tradingview-partial-exit.json').replace('"contracts":"0.02",', '');
    const reply = await bench.post('tradingview', body);
    expect([reply.statusCode, reply.json()]).toMatchObject([
      422,
      { message: expect.stringContaining('must name the quantity') as string },
    ]);
  });
});

test('a body that is too large is counted, and written down at the door, as every refusal of a known source is', async () => {
  const bench = new HooksBench({ bodyLimitBytes: 1_024 });
  const large = JSON.stringify({ text: 'x'.repeat(2_000) });
  expect((await bench.post('tradingview', large)).json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect(bench.noted).toMatchObject([{ kind: 'refused', code: 'BODY_TOO_LARGE', source: 'hook tradingview' }]);
  expect(bench.counted).toEqual([['tradingview', 'malformed']]);
  expect((await bench.post('nowhere', large)).json()).toMatchObject({ code: 'NOT_FOUND' });
  expect(bench.noted).toHaveLength(1);
});

test('the trace of the door tells of an alert what its sender is told of its time, and of nobody else', () => {
  const noted: string[] = [];
  const trace = hintedTrace({ note: ({ message }) => void noted.push(message) }, hooksConfig());
  const note = { kind: 'refused', code: 'STALE_SIGNAL', message: 'It is old.' } as const;
  trace.note({ ...note, source: 'hook tradingview' });
  trace.note({ ...note, source: 'http' });
  expect(noted[0]).toMatch(/^It is old\. If .*\{\{timenow\}\}/);
  expect(noted[1]).toBe('It is old.');
});

test('nothing that is written or answered holds a secret', async () => {
  const bodies = ['tradingview-strategy.json', 'tradingview-comment-with-quotes.txt', 'tradingview-unfilled.json'].map(
    (name) => payload(name),
  );
  const leaky = payload('tradingview-strategy.json')
    .replace('"Long"', `"${SECRET}"`)
    .replace('"buy"', `"${OTHER_SECRET}"`);
  const replies = await Promise.all([...bodies, leaky].map((body) => bench.post('tradingview', body)));
  expect(replies.map(({ body }) => body).join('')).not.toMatch(/unit-test-secret/);
});
