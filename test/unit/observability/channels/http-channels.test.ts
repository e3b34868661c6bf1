import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { ChannelBusyError, MessageRefusedError } from '../../../../src/observability/alerts/channel';
import { messageOf } from '../../../../src/observability/channels/message';
import { faultOfOutwardUrl } from '../../../../src/config/alert-urls';
import { askOutside } from '../../../../src/observability/channels/outward';
import { TelegramChannel } from '../../../../src/observability/channels/telegram';
import type { WebhookShape } from '../../../../src/config/alerts-schema';
import { webhookBody, WebhookChannel } from '../../../../src/observability/channels/webhook';
import { redact, rememberSecret } from '../../../../src/secrets/known-secrets';
import { Secret } from '../../../../src/secrets/secret';
import { alertSecrets } from '../../../../src/config/alert-variables';
import { noticeWith, ORIGIN } from './fixtures';
import { startHttpReceiver, type HttpReceiver } from './http-receiver';

const NEVER = new AbortController().signal;
const TOKEN = '123456789:canary-AAF_telegram-token-91';
const HOOK = 'canary-B0webhook-secret-path';
let receiver: HttpReceiver;

beforeAll(async () => {
  receiver = await startHttpReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.requests.length = 0;
});

function telegram(apiUrl = receiver.url): TelegramChannel {
  return new TelegramChannel({
    apiUrl,
    token: new Secret(TOKEN),
    chatId: '-1001',
    origin: ORIGIN,
    wants: () => true,
  });
}

function webhook(shape: WebhookShape = 'json', base = receiver.url): WebhookChannel {
  const url = `${base}/${HOOK}`;
  for (const secret of alertSecrets('ALERT_WEBHOOK_ROOM_URL', url)) rememberSecret(secret);
  return new WebhookChannel({ url: new Secret(url), shape, origin: ORIGIN, wants: () => true });
}

async function errorOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not fail.');
}

describe('a message to Telegram', () => {
  test('goes to the chat as plain text, and its number is told to who tests it', async () => {
    receiver.reply = { status: 200, body: '{"ok":true,"result":{"message_id":77}}' };
    expect(await telegram().deliver(messageOf(noticeWith(), ORIGIN), NEVER)).toBe('message 77');
    const [request] = receiver.requests;
    expect(request?.path).toBe(`/bot${TOKEN}/sendMessage`);
    const body = JSON.parse(request?.body ?? '') as Record<string, unknown>;
    expect(Object.keys(body).toSorted()).toEqual(['chat_id', 'link_preview_options', 'text']);
    expect(body).toMatchObject({ chat_id: '-1001', text: expect.stringContaining('trading_engine') });
  });

  test('that is too long for it is cut', async () => {
    receiver.reply = { status: 200, body: '{}' };
    await telegram().send(noticeWith({ text: '👨‍👩‍👧‍👦_*['.repeat(900) }), NEVER);
    const { text } = JSON.parse(receiver.requests[0]?.body ?? '') as { text: string };
    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(text).toContain('Alert a7f3c2d1, message 1');
  });

  test.each([
    ['37', '{"parameters":{"retry_after":37}}', 37_000],
    ['nothing', '{}', 30_000],
    ['less than nothing', '{"parameters":{"retry_after":-4}}', 30_000],
    ['a day', '{"parameters":{"retry_after":86400}}', 3_600_000],
    ['no JSON', '<html>', 30_000],
  ])('that comes too soon is put off by what Telegram says: %s', async (_what, body, retryAfterMs) => {
    receiver.reply = { status: 429, body };
    const error = await errorOf(telegram().send(noticeWith(), NEVER));
    expect(error).toBeInstanceOf(ChannelBusyError);
    expect(error).toMatchObject({ retryAfterMs });
  });

  test.each([
    [401, 'Unauthorized', 'check TELEGRAM_BOT_TOKEN'],
    [400, 'Bad Request: chat not found', 'check telegram.chat_id'],
    [403, 'Forbidden: bot was kicked', 'check telegram.chat_id'],
  ])('that is refused with %d tells why and what to do', async (status, description, remedy) => {
    receiver.reply = { status, body: JSON.stringify({ description }) };
    const error = await errorOf(telegram().send(noticeWith(), NEVER));
    expect(error).not.toBeInstanceOf(MessageRefusedError);
    expect(error.message).toContain(`Telegram answered ${status}: ${description}; ${remedy}`);
  });

  test('that it will never take is given up', async () => {
    receiver.reply = { status: 400, body: '{"description":"Bad Request: message is too long"}' };
    expect(await errorOf(telegram().send(noticeWith(), NEVER))).toBeInstanceOf(MessageRefusedError);
  });
});

describe('a message to a webhook', () => {
  test('is JSON with every field for programs', async () => {
    receiver.reply = { status: 204 };
    await webhook().send(noticeWith({ number: 2, kind: 'repeated' }), NEVER);
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
      alert_id: 'a7f3c2d1',
      number: 2,
      kind: 'repeated',
      rule: 'heartbeat_lost',
      severity: 'critical',
      subject: 'trading_engine',
      environment: 'live',
      since: '2026-11-29T07:55:28.000Z',
    });
  });

  test('of Slack calls nobody', () => {
    const { text } = webhookBody(messageOf(noticeWith({ text: '<!channel> a & b' }), ORIGIN), 'slack');
    expect(text).toContain('&lt;!channel&gt; a &amp; b');
  });

  test('of Discord calls nobody, and fits', () => {
    const body = webhookBody(messageOf(noticeWith({ text: '@everyone '.repeat(900) }), ORIGIN), 'discord');
    expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
    expect(String(body['content']).length).toBeLessThanOrEqual(2_000);
  });

  test.each([
    [{ 'retry-after': '12' }, '', 12_000],
    [{}, '{"retry_after":0.65}', 650],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 'null', 30_000],
  ])('that comes too soon is put off: %j %s', async (headers: Record<string, string>, body, retryAfterMs) => {
    receiver.reply = { status: 429, headers, body };
    expect(await errorOf(webhook('discord').send(noticeWith(), NEVER))).toMatchObject({ retryAfterMs });
  });

  test('does not follow a redirect, which would carry it to strangers', async () => {
    receiver.reply = { status: 302, headers: { location: `${receiver.url}/elsewhere` } };
    const error = await errorOf(webhook().send(noticeWith(), NEVER));
    expect(error.message).toContain('redirects are not followed');
    expect(receiver.requests).toHaveLength(1);
  });

  test('that the receiver repeats holds no secret of ours in our own words', async () => {
    receiver.reply = { status: 500, body: `cannot POST /${HOOK}\n\u001B[2J${'x'.repeat(5_000)}` };
    const { message } = await errorOf(webhook().send(noticeWith({ text: 'a' }), NEVER));
    expect(message).toMatch(/^The webhook answered 500: cannot POST/);
    expect(message.length).toBeLessThan(400);
    expect(redact(message)).not.toContain(HOOK);
  });

  test('to who does not answer ends with the attempt', async () => {
    receiver.reply = undefined;
    const attempt = new AbortController();
    const failure = errorOf(webhook().send(noticeWith(), attempt.signal));
    setTimeout(() => attempt.abort(), 20);
    expect((await failure).message).toBe('The webhook gave no answer (it took too long).');
  });

  test('to who breaks off, or speaks another language, fails in words', async () => {
    const answers = ['', 'not http\r\n\r\n'];
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(answers.pop() ?? ''));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = new Secret(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const ask = (): Promise<Error> => errorOf(askOutside({ address, name: 'The webhook' }, NEVER));
    const messages = [(await ask()).message, (await ask()).message];
    server.close();
    for (const message of messages) expect(message).toMatch(/^The webhook gave no answer \([a-z][a-z ]+\)\.$/);
  });

  test('holds no secret that the text of an alert quotes', async () => {
    receiver.reply = { status: 200 };
    await webhook().send(noticeWith({ text: `failed: ${TOKEN}` }), NEVER);
    expect(receiver.requests[0]?.body).not.toContain(TOKEN);
  });
});

test('a message to Telegram holds no secret that the text of an alert quotes', async () => {
  receiver.reply = { status: 200, body: '{}' };
  await telegram().send(noticeWith({ text: `failed: ${HOOK} ${receiver.url}/${HOOK}` }), NEVER);
  expect(receiver.requests[0]?.body).not.toContain(`${receiver.url}/${HOOK}`);
});

describe('no error holds an address, which is a secret', () => {
  test.each(['http://127.0.0.1:1', 'https://127.0.0.1:1', 'http:// /', 'not an address', 'http://example.com'])(
    'when the base is %s',
    async (base) => {
      const errors = [await errorOf(telegram(base).send(noticeWith(), NEVER))];
      errors.push(await errorOf(webhook('json', base).send(noticeWith(), NEVER)));
      for (const error of errors) {
        const all = `${error.message} ${error.stack} ${JSON.stringify(error)}`;
        expect(all).not.toContain('canary');
        expect(error.cause).toBeUndefined();
      }
    },
  );

  test.each([TOKEN, `Failed to parse URL from http:// /bot${TOKEN}/sendMessage`, `"${encodeURIComponent(TOKEN)}"`])(
    'and the redactor knows it once it is read: %s',
    (text) => {
      telegram();
      expect(redact(text)).not.toContain('canary');
    },
  );
});

test.each([
  ['https://example.com/x', true],
  ['http://127.0.0.1:9/x', true],
  ['http://localhost/x', true],
  ['http://example.com/x', false],
  ['ftp://127.0.0.1/x', false],
  ['example.com', false],
  ['', false],
])('whether %s may be written to: %s', (address, isFit) => {
  expect(faultOfOutwardUrl(address) === undefined).toBe(isFit);
});

describe('where the environment names a proxy', () => {
  const before = process.env['HTTPS_PROXY'];
  afterEach(() => {
    if (before === undefined) delete process.env['HTTPS_PROXY'];
    else process.env['HTTPS_PROXY'] = before;
  });

  test('another machine is reached through it alone, which learns nothing but its name', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const error = await errorOf(telegram('https://api.telegram.invalid').send(noticeWith(), NEVER));
    await new Promise((resolve) => proxy.close(resolve));
    expect(asked).toEqual(['api.telegram.invalid:443']);
    expect(error.message).toMatch(/^Telegram gave no answer \(.+\)\.$/);
  });

  test('this machine is reached without it', async () => {
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:1';
    receiver.reply = { status: 200 };
    await webhook().send(noticeWith(), NEVER);
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('a webhook that', () => {
  test('has a long answer has taken the message: it is not sent again', async () => {
    receiver.reply = { status: 200, body: 'x'.repeat(1_000_000) };
    expect((await webhook().deliver(messageOf(noticeWith(), ORIGIN), NEVER)).length).toBeLessThan(400);
    receiver.reply = { status: 200 };
  });

  test('gets a message again can tell by its key', async () => {
    for (const number of [1, 1, 2]) await webhook().send(noticeWith({ number }), NEVER);
    await webhook().send(noticeWith({ alertId: 'a\r\nX-Eve: 1' }), NEVER);
    const keys = receiver.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys.slice(0, 3)).toEqual(['"a7f3c2d1.1"', '"a7f3c2d1.1"', '"a7f3c2d1.2"']);
    expect(keys[3]).toMatch(/^"[0-9a-f]{32}\.1"$/);
  });

  test('is not there any more is told with its own variable', async () => {
    receiver.reply = { status: 410 };
    const url = new Secret(`${receiver.url}/${HOOK}`);
    const channel = new WebhookChannel({ name: 'ops-room', url, shape: 'slack', origin: ORIGIN, wants: () => true });
    expect((await errorOf(channel.send(noticeWith(), NEVER))).message).toContain('in ALERT_WEBHOOK_OPS_ROOM_URL');
    receiver.reply = { status: 200 };
  });
});

test.each<WebhookShape>(['json', 'slack', 'discord'])(
  'no part of a secret that would be escaped or cut through reaches a webhook of the shape %s',
  async (shape) => {
    const secret = 'canary-5e<c&ret>-0123456789abcdef-0123456789abcdef';
    rememberSecret(secret);
    receiver.reply = { status: 200 };
    // In one of these the cut of Discord falls into the secret.
    for (const length of [10, 1_560, 1_590, 1_620, 1_650, 1_680]) {
      const text = `${'x'.repeat(length)}${secret}${'y'.repeat(9_000)}`;
      await webhook(shape).deliver(messageOf(noticeWith({ text }), ORIGIN), NEVER);
    }
    expect(receiver.requests.map(({ body }) => body).join('')).not.toMatch(/canary-5e|0123456789/);
  },
);
