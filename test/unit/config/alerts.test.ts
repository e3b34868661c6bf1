import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ALERT_RULES } from '../../../src/domain/alerts/alert';
import { isTriggered, TRIGGERS } from '../../../src/config/alert-triggers';
import { alertsFile, describeAlerts, loadAlerts, type AlertsConfig } from '../../../src/config/alerts';
import { readAlertsFile } from '../../../src/config/read-alerts-file';
import { RULE_TERMS } from '../../../src/domain/alerts/rules';
import { secretValues } from '../../../src/config/variables';
import { redact } from '../../../src/secrets/known-secrets';

const TOKEN = '123456789:AAcanaryTOKENcanaryTOKENcanaryTOKEN';
const SLACK = 'https://hooks.slack.example/services/T0CANARY/B0CANARY/canarySLACKcanarySLACK24';
const PING = 'https://ping.example/0c4a6a4e-canary-4f0e-b7b5-1f0a5a1b2c3d';
const PASSWORD = 'canary PASSWORD 1';
const EMAIL = 'enabled: true, smtp_server: mail.example, from_email: a@b.example, to_emails: [c@d.example]';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-alerts-'));
  file = join(folder, 'alerts.yaml');
});

afterEach(() => rmSync(folder, { recursive: true }));

function load(text: string, env: NodeJS.ProcessEnv = {}): AlertsConfig {
  writeFileSync(file, text);
  return loadAlerts({ env: { ...env, ONCEFILL_ALERTS: file }, cwd: folder });
}

function refusal(text: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    load(text, env);
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigError' });
    return (error as Error).message;
  }
  throw new Error('It was taken.');
}

/** A file of ours alone. */
function keep(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

test('the file that comes with the program switches nothing on', () => {
  const { email, telegram, webhooks, heartbeat, off } = loadAlerts({ env: {}, cwd: folder });
  expect({ email, telegram, webhooks, heartbeat }).toEqual({ webhooks: [] });
  expect(off).toEqual(['email', 'telegram', 'heartbeat']);
});

test.each(['email', 'telegram'] as const)(
  'the triggers that the program comes with let %s hear of all that is critical',
  (name) => {
    const { triggers } = readAlertsFile(alertsFile({ env: {}, cwd: folder })).values[name];
    const critical = ALERT_RULES.filter((rule) => RULE_TERMS[rule].severity === 'critical');
    expect(critical.filter((rule) => !isTriggered(triggers, { rule, severity: 'critical' }))).toEqual([]);
  },
);

test.each([
  ['', 'nobody is told'],
  ['heartbeat: {enabled: true}', "nobody is told; dead man's switch every 60 s"],
  [`email: {${EMAIL}}\nwebhooks: {ops-room: {enabled: true}}`, 'email, ops-room'],
  [`email: {${EMAIL}}\nheartbeat: {enabled: true, every_seconds: 30}`, "email; dead man's switch every 30 s"],
])('%j is told as %s', (text, words) => {
  expect(describeAlerts(load(text, { ALERT_HEARTBEAT_URL: PING, ALERT_WEBHOOK_OPS_ROOM_URL: SLACK }))).toBe(words);
});

test('an empty file and empty sections switch nothing on', () => {
  expect(load('').webhooks).toEqual([]);
  expect(load('email:\ntelegram:\nwebhooks:\nheartbeat:\n').email).toBeUndefined();
});

test('a whole file becomes settings, with secrets that do not show', () => {
  const env = {
    SMTP_PASSWORD: PASSWORD,
    TELEGRAM_BOT_TOKEN: TOKEN,
    ALERT_WEBHOOK_OPS_ROOM_URL: SLACK,
    ALERT_HEARTBEAT_URL: PING,
  };
  const config = load(
    [
      `email: {${EMAIL}, user: anna, triggers: [low_balance]}`,
      'telegram: {enabled: true, chat_id: -1001}',
      'webhooks: {ops-room: {enabled: true, shape: slack}}',
      'heartbeat: {enabled: true, every_seconds: 10, method: POST}',
    ].join('\n'),
    env,
  );
  expect(config).toMatchObject({
    email: { server: 'mail.example', port: 587, tls: 'required', login: { user: 'anna' }, triggers: ['low_balance'] },
    telegram: { apiUrl: 'https://api.telegram.org', chatId: '-1001', triggers: ['all'] },
    webhooks: [{ name: 'ops-room', variable: 'ALERT_WEBHOOK_OPS_ROOM_URL', shape: 'slack' }],
    heartbeat: { method: 'POST', intervalMs: 10_000 },
  });
  expect(config.email?.login?.password.reveal()).toBe(PASSWORD);
  expect(`${JSON.stringify(config)}${inspect(config, { depth: 9 })}`).not.toMatch(/canary/i);
});

test('secrets come from files that are ours alone', () => {
  const token = keep('token', `${TOKEN}\n`);
  const text = 'telegram: {enabled: true, chat_id: "1"}';
  expect(load(text, { TELEGRAM_BOT_TOKEN_FILE: token }).telegram?.token.reveal()).toBe(TOKEN);
  chmodSync(token, 0o644);
  expect(refusal(text, { TELEGRAM_BOT_TOKEN_FILE: token })).toContain(`chmod 600 ${token}`);
  const missing = join(folder, 'gone');
  expect(refusal(text, { TELEGRAM_BOT_TOKEN_FILE: missing })).toContain(
    `names ${missing}, which cannot be read (ENOENT)`,
  );
  expect(refusal(text, { TELEGRAM_BOT_TOKEN_FILE: keep('empty', '\n') })).toContain('which is empty');
  const both = { TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_BOT_TOKEN_FILE: keep('other', TOKEN) };
  expect(refusal(text, both)).toContain('and so is TELEGRAM_BOT_TOKEN_FILE; keep one of them');
});

describe('faults name the file, the line, the value and what is allowed', () => {
  test.each([
    ['\nemail:\n  smtp_port: 0', ':3: email.smtp_port is 0; allowed: a whole number from 1 to 65535'],
    ['email:\n  smtp_server: mail.example:25', ':2: email.smtp_server is "mail.example:25"; allowed: the name'],
    ['email:\n  enabled: yes please', ':2: email.enabled is something else (not shown'],
    ['email:\n  enabled: on', ':2: email.enabled is "on"; allowed: true or false'],
    ['email:\n  to_emails: [a@b.example,\n    "anna"]', ':3: email.to_emails.1 is "anna"; allowed: an address alone'],
    ['email:\n  to_emails: []', ':2: email.to_emails is a list of 0; allowed: a list of 1 to 10'],
    ['email:\n  from_email: "a@b.example\\nBcc: x@y.example"', ':2: email.from_email is something else (not shown'],
    [
      'telegram:\n  triggers: [low_balance, lowbalance]',
      ':2: telegram.triggers.1 is "lowbalance", which is not known. Did you mean low_balance? Allowed: all,',
    ],
    ['telegram:\n  chat_id: 1.5', ':2: telegram.chat_id is 1.5; allowed: the number of a chat'],
    ['telegram:\n  api_url: http://far.example', ':2: telegram.api_url is something else'],
    ['webhooks:\n  Ops: {}', ':2: webhooks names "Ops"; allowed: a name of at most 30'],
    ['webhooks:\n  email: {}', ':2: webhooks names "email"; allowed:'],
    ['webhooks:\n  ops:\n    shape: teams', ':3: webhooks.ops.shape is "teams"; allowed: json, slack, discord'],
    ['heartbeat:\n  every_seconds: 9', ':2: heartbeat.every_seconds is 9; allowed: a whole number from 10 to 3600'],
    ['heartbeat:\n  every: 60', ':2: heartbeat.every is not a setting. Known here: enabled, every_seconds, method'],
    ['pager: {}', ':1: pager is not a setting. Known here: email, telegram, webhooks, heartbeat'],
    ['email: [', ':1:'],
    ['webhooks:\n  __proto__: {enabled: true}', ':2: webhooks names __proto__; allowed'],
    ['a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n'.replace('c: ', `c: &c [${'*b, '.repeat(99)}*b]\nd: `), ':2: '],
    ['email:\n  from_email: *anna', ':2:'],
    ['telegram: 5', ':1: telegram is 5; allowed: a map with enabled, chat_id'],
  ])('%j', (text, words) => {
    expect(refusal(text)).toContain(`${file}${words}`);
  });

  test.each([
    [`webhooks:\n  ${SLACK}: {enabled: true}`],
    [`webhooks:\n  ? ${SLACK}\n  : {url: x}`],
    [`webhooks:\n  T0B0xcanaryA1b2C3: {enabled: true}`],
    [`email:\n  ${TOKEN.replace(':', '_')}: 1`],
    [`${PING}: 1`],
    ['email:\n  from_email: smtp://canary:canary@b.example'],
    ['email:\n  to_emails: [SG.canary/9canary=]'],
    ['email:\n  user: *canary'],
    ['email:\n  user: !canary x'],
    ['heartbeat:\n  method: &canary GET\n  method: *canary'],
  ])('and show nothing that may be a secret: %j', (text) => {
    expect(refusal(text)).not.toMatch(/canary/i);
  });

  test.each(['TELEGRAM_BOT_TOKEN_FILE', 'ALERT_WEBHOOK_OPS_URL_FILE', 'SMTP_PASSWORD_FILE'])(
    'and not the secret that somebody put into %s itself',
    (name) => {
      const text = `telegram: {enabled: true, chat_id: 1}\nwebhooks: {ops: {enabled: true}}\nemail: {${EMAIL}, user: anna}`;
      for (const value of [TOKEN, SLACK, 'canary-PASSWORD']) {
        const message = refusal(text, { [name]: value });
        expect(message).toContain(`${name}: names (not shown`);
        expect(message).not.toMatch(/canary/i);
      }
    },
  );

  test('of what is missing where a channel is switched on', () => {
    const message = refusal('email:\n  enabled: true\ntelegram:\n  enabled: true\nheartbeat: {enabled: true}');
    expect(message).toContain(`${file}:2: email.smtp_server is missing; write the name of your mail server, or set`);
    expect(message).toContain(`${file}:4: telegram.chat_id is missing`);
    expect(message).toContain(
      `${file}:4: telegram.enabled is true, and neither TELEGRAM_BOT_TOKEN nor TELEGRAM_BOT_TOKEN_FILE is set`,
    );
    expect(message).toContain('neither ALERT_HEARTBEAT_URL nor ALERT_HEARTBEAT_URL_FILE is set');
  });

  test('of a file that is not there', () => {
    const options = { env: { ONCEFILL_ALERTS: 'gone.yaml' }, cwd: folder };
    expect(() => loadAlerts(options)).toThrow(`${join(folder, 'gone.yaml')}: does not exist`);
  });
});

describe('a secret in the file is refused with its variable, and shown nowhere from then on', () => {
  test.each([
    ['email:\n  password: XcanaryX1', ':2: email.password would be', 'SMTP_PASSWORD, or SMTP_PASSWORD_FILE'],
    ['telegram:\n  bot_token: XcanaryX2', ':2: telegram.bot_token would be', 'TELEGRAM_BOT_TOKEN, or'],
    ['webhooks:\n  ops:\n    url: XcanaryX3', ':3: webhooks.ops.url would be', 'ALERT_WEBHOOK_OPS_URL, or'],
    ['heartbeat:\n  url: XcanaryX4', ':2: heartbeat.url would be', 'ALERT_HEARTBEAT_URL, or'],
  ])('%j', (text, place, remedy) => {
    const message = refusal(text);
    expect(message).toContain(`${file}${place}`);
    expect(message).toContain(`set ${remedy}`);
    expect(message).not.toContain('canary');
    expect(redact(text)).not.toContain('canary');
  });

  test.each([
    `email:\n  smtp_server: smtp://anna:canary@mail.example`,
    `telegram:\n  chat_id: ${TOKEN}`,
    `telegram:\n  triggers: ["${TOKEN}"]`,
    `webhooks:\n  ops:\n    shape: ${SLACK}`,
    `webhooks:\n  ops: ${SLACK}`,
  ])('also in a place where something else belongs: %j', (text) => {
    expect(refusal(text)).not.toMatch(/canary/i);
  });
});

describe('values of variables that cannot be meant are refused by name, and not shown', () => {
  const WEBHOOK = 'webhooks: {ops: {enabled: true}}';
  test.each([
    ['hooks.example/canary', 'is no address that begins with https://'],
    ['ftp://hooks.example/canary', 'begins with ftp:'],
    ['http://hooks.example/canary', 'begins with http://, which anybody on the way can read'],
    ['https://anna:canary@hooks.example/', 'names a user or a password'],
    ['https://hooks.example/canary\u00e9', 'is no address'],
    [`https://hooks.example/canary${'y'.repeat(2_048)}`, 'has more than 2048 characters'],
  ])('the address of row %#', (url, words) => {
    const message = refusal(WEBHOOK, { ALERT_WEBHOOK_OPS_URL: url });
    expect(message).toContain(`ALERT_WEBHOOK_OPS_URL: ${words}`);
    expect(message).not.toContain('canary');
  });

  test.each(['http://127.0.0.1:9/x', 'http://localhost/x', 'http://[::1]:9/x', 'https://hooks.example/x'])(
    'the address %j is fine',
    (url) => {
      expect(load(WEBHOOK, { ALERT_WEBHOOK_OPS_URL: url }).webhooks[0]?.url.reveal()).toBe(url);
    },
  );

  test.each(['canary', 'bot123456:canary', `${TOKEN} `.repeat(2)])('the token %j', (token) => {
    const message = refusal('telegram: {enabled: true, chat_id: 1}', { TELEGRAM_BOT_TOKEN: token });
    expect(message).toContain('TELEGRAM_BOT_TOKEN: is no token of a bot');
    expect(message).not.toContain('canary');
  });

  test.each(['short-1', 'with\nbreak inside'])('the password %j', (password) => {
    const message = refusal(`email: {${EMAIL}, user: anna}`, { SMTP_PASSWORD: password });
    expect(message).toMatch(/SMTP_PASSWORD: (has fewer than 8|holds a line break)/);
    expect(message).not.toContain(password);
  });
});

describe('mail', () => {
  test('is sent without TLS on this machine only', () => {
    const tlsOf = (server: string, more = ''): string | undefined =>
      load(`email: {${EMAIL.replace('mail.example', server)}${more}}`).email?.tls;
    expect(['127.0.0.1', 'localhost'].map((server) => tlsOf(server))).toEqual(['off', 'off']);
    expect(tlsOf('localhost', ', tls: required')).toBe('required');
    expect(tlsOf('mail.example', ', smtp_port: 465')).toBe('from the start');
    expect(tlsOf('10.0.0.1')).toBe('required');
    expect(refusal(`email:\n  ${EMAIL.replaceAll(', ', '\n  ')}\n  tls: off`)).toContain(
      `${file}:6: email.tls is off, and mails and the password would travel to mail.example`,
    );
  });

  test('needs a password where it has a user, and a user where it has a password', () => {
    expect(refusal(`email: {${EMAIL}, user: anna}`)).toContain('neither SMTP_PASSWORD nor SMTP_PASSWORD_FILE is set');
    expect(refusal(`email: {${EMAIL}}`, { SMTP_PASSWORD: PASSWORD })).toContain('email.user is missing');
    const env = { SMTP_PASSWORD: PASSWORD, SMTP_USER: 'bert' };
    expect(load(`email: {${EMAIL}, user: anna}`, env).email?.login?.user).toBe('bert');
  });

  test('trusts the certificates of a file beside it, and of no other kind of file', () => {
    const pem = join(__dirname, '../../support/tls/certificate.pem');
    expect(load(`email: {${EMAIL}, ca_file: ${pem}}`).email?.ca).toMatch(/^-----BEGIN CERTIFICATE/);
    keep('note.txt', 'none');
    keep('bad.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----');
    expect(refusal(`email: {${EMAIL}, ca_file: note.txt}`)).toContain(`${join(folder, 'note.txt')}, which holds no`);
    expect(refusal(`email: {${EMAIL}, ca_file: bad.pem}`)).toContain('holds a certificate that cannot be read');
    expect(refusal(`email: {${EMAIL}, ca_file: gone}`)).toContain('does not exist');
  });
});

describe('triggers', () => {
  test.each([
    ['worker_offline', ['heartbeat_lost', 'crash_loop']],
    ['worker_restart', ['process_died', 'crash_loop']],
    ['high_error_rate', ['errors_frequent']],
    ['low_balance', ['balance_low']],
    ['rate_limit_exceeded', ['venue_banned']],
    ['disk_full', ['disk_full']],
  ])('%s stands for %j', (trigger, rules) => {
    const found = ALERT_RULES.filter((rule) => isTriggered([trigger], { rule, severity: 'warning' }));
    expect(found.toSorted()).toEqual(rules.toSorted());
  });

  test('critical_error goes by the severity, and all by nothing', () => {
    const notices = ALERT_RULES.flatMap((rule) =>
      (['critical', 'warning'] as const).map((severity) => ({ rule, severity })),
    );
    for (const notice of notices) {
      expect(isTriggered(['critical_error'], notice)).toBe(notice.severity === 'critical');
      expect(isTriggered(['all'], notice)).toBe(true);
    }
  });

  test('every rule is reached by a name of its own', () => {
    expect(TRIGGERS).toEqual(expect.arrayContaining([...ALERT_RULES]));
  });
});

test('what opens a channel is a secret, with the parts that stand in answers', () => {
  const values = secretValues({
    SMTP_USER: 'anna@example.com',
    SMTP_PASSWORD: PASSWORD,
    TELEGRAM_BOT_TOKEN: TOKEN,
    ALERT_WEBHOOK_OPS_URL: SLACK,
    ALERT_HEARTBEAT_URL: `${PING}?rid=abcdefghijklmnop`,
    SMTP_PASSWORD_FILE: '/run/secret',
  });
  const parts = ['AAcanaryTOKENcanaryTOKENcanaryTOKEN', 'canarySLACKcanarySLACK24', 'abcdefghijklmnop'];
  expect(values).toEqual(expect.arrayContaining([PASSWORD, TOKEN, SLACK, ...parts]));
  expect(values).not.toContain('anna@example.com');
  expect(values).not.toContain('services');
});
