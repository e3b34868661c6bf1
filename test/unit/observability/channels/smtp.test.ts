import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SmtpChannel, mailOf, type SmtpOptions } from '../../../../src/observability/channels/smtp';
import { messageOf } from '../../../../src/observability/channels/message';
import { Secret } from '../../../../src/secrets/secret';
import { noticeWith, ORIGIN } from './fixtures';
import { headerOf, makeCertificate, startSmtpReceiver, type SmtpReceiver } from './smtp-receiver';

const NEVER = new AbortController().signal;
const certificate = makeCertificate();
let receiver: SmtpReceiver;
let bare: SmtpReceiver;

beforeAll(async () => {
  receiver = await startSmtpReceiver({ ...certificate });
  bare = await startSmtpReceiver({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
});

afterAll(async () => {
  await receiver.close();
  await bare.close();
});

function channelWith(options: Partial<SmtpOptions> = {}): SmtpChannel {
  return new SmtpChannel({
    server: '127.0.0.1',
    port: receiver.port,
    ca: certificate.cert,
    from: 'bot@example.com',
    to: ['anna@example.com'],
    origin: ORIGIN,
    wants: () => true,
    ...options,
  });
}

describe('a server on this machine', () => {
  test('gets mail in the clear, whatever certificate it has, unless TLS is required', async () => {
    const count = receiver.mails.length;
    await channelWith({ ca: undefined, tls: 'off' }).send(noticeWith(), NEVER);
    expect(receiver.mails).toHaveLength(count + 1);
    await expect(channelWith({ ca: undefined, tls: 'required' }).send(noticeWith(), NEVER)).rejects.toThrow('ca_file');
  });

  test('gets neither mail nor password where it offers none of the TLS that is required', async () => {
    const login = { user: 'anna', password: new Secret('right-password-1') };
    const attempt = channelWith({ port: bare.port, login, tls: 'required' }).send(noticeWith(), NEVER);
    await expect(attempt).rejects.toThrow('offers no encryption');
    expect(bare.mails).toEqual([]);
  });
});

describe('a mail', () => {
  test('arrives encrypted, with a password, and says what happened', async () => {
    const login = { user: 'anna', password: new Secret('right-password-1') };
    await channelWith({ login }).send(noticeWith({ text: 'It is silent.' }), NEVER);
    const mail = receiver.mails.at(-1) ?? '';
    expect(headerOf(mail, 'To')).toBe('anna@example.com');
    expect(headerOf(mail, 'Message-ID')).toBe('<oncefill.a7f3c2d1.1@example.com>');
    expect(headerOf(mail, 'References')).toBeUndefined();
    expect(headerOf(mail, 'Auto-Submitted')).toBe('auto-generated');
    expect(mail).toContain('It is silent.');
  });

  test('after the first refers to it, so that they stand together', async () => {
    await channelWith().send(noticeWith({ kind: 'resolved', number: 3 }), NEVER);
    const mail = receiver.mails.at(-1) ?? '';
    expect(headerOf(mail, 'Message-ID')).toBe('<oncefill.a7f3c2d1.3@example.com>');
    expect(headerOf(mail, 'References')).toBe('<oncefill.a7f3c2d1.1@example.com>');
    expect(headerOf(mail, 'In-Reply-To')).toBe('<oncefill.a7f3c2d1.1@example.com>');
  });

  test('has no header that somebody wrote into its subject', async () => {
    const subject = 'engine\r\nBcc: eve@example.com\r\n\r\nHello';
    await channelWith().send(noticeWith({ subject, alertId: 'odd\r\nX-Eve: 1' }), NEVER);
    const mail = receiver.mails.at(-1) ?? '';
    expect(headerOf(mail, 'Bcc')).toBeUndefined();
    expect(headerOf(mail, 'X-Eve')).toBeUndefined();
    expect(headerOf(mail, 'Message-ID')).toMatch(/^<oncefill\.[0-9a-f]{32}\.1@example\.com>$/);
  });

  test('holds no secret that the text of an alert quotes', async () => {
    const secret = new Secret('canary-in-a-mail-5c1');
    await channelWith().send(noticeWith({ text: secret.reveal(), subject: secret.reveal() }), NEVER);
    expect(receiver.mails.at(-1)).not.toContain('canary-in-a-mail');
  });

  test('tells the server’s own words to who tests it', async () => {
    expect(await channelWith().deliver(messageOf(noticeWith(), ORIGIN), NEVER)).toMatch(/^250 /);
  });

  test('that one of two recipients got is delivered, and the other one is told of', async () => {
    const faults: string[] = [];
    const to = ['nobody@example.com', 'anna@example.com'];
    await channelWith({ to, tellFault: (sentence) => faults.push(sentence) }).send(noticeWith(), NEVER);
    expect(faults).toEqual([expect.stringContaining('refuses nobody@example.com; correct email.to_emails')]);
  });

  test('goes without encryption to this machine alone', async () => {
    await channelWith({ port: bare.port, ca: undefined }).send(noticeWith(), NEVER);
    expect(bare.mails).toHaveLength(1);
  });
});

describe('a mail that is not taken is an error', () => {
  test('that names the variable after a wrong password, and never the password', async () => {
    const login = { user: 'anna', password: new Secret('wrong-canary-81f2') };
    const failure = channelWith({ login }).send(noticeWith(), NEVER);
    await expect(failure).rejects.toThrow(/535.*check email\.user and SMTP_PASSWORD\.$/);
    await expect(failure).rejects.not.toThrow(/wrong-canary-81f2|d3JvbmctY2FuYXJ5/);
  });

  test('when all recipients are refused', async () => {
    const failure = channelWith({ to: ['nobody@example.com'] }).send(noticeWith(), NEVER);
    await expect(failure).rejects.toThrow(/550 no such mailbox; check email\.from_email and email\.to_emails\.$/);
  });

  test('when the certificate is of an authority that nobody trusts', async () => {
    const failure = channelWith({ ca: undefined }).send(noticeWith(), NEVER);
    await expect(failure).rejects.toThrow(/certificate.*email\.ca_file\.$/);
  });

  test('when nobody listens', async () => {
    const port = await freePort();
    await expect(channelWith({ port }).send(noticeWith(), NEVER)).rejects.toThrow(
      /ECONNREFUSED.*check email\.smtp_server and email\.smtp_port\.$/,
    );
  });
});

describe('a server that takes the connection and says nothing', () => {
  const sockets = new Set<Socket>();
  let hole: Server;

  beforeAll(async () => {
    hole = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => hole.close(resolve));
  });

  const portOf = (): number => (hole.address() as AddressInfo).port;

  test('is left after a while', async () => {
    const patience = { greetingMs: 50 };
    await expect(channelWith({ port: portOf(), patience }).send(noticeWith(), NEVER)).rejects.toThrow(
      /Greeting never received.*firewall/,
    );
  });

  test('is left at once when the attempt is to end', async () => {
    const attempt = new AbortController();
    const failure = channelWith({ port: portOf() }).send(noticeWith(), attempt.signal);
    setTimeout(() => attempt.abort(), 20);
    await expect(failure).rejects.toThrow(/it took too long/);
  });
});

test('a mail to another machine demands encryption', () => {
  const options = (server: string): unknown =>
    (channelWith({ server }) as unknown as { transportOptions(): unknown }).transportOptions();
  expect(options('smtp.example.com')).toMatchObject({ requireTLS: true, tls: { rejectUnauthorized: true } });
  expect(options('localhost')).toMatchObject({ requireTLS: false, tls: { rejectUnauthorized: true } });
});

test('two mails about one alert have ids of their own, and the same one always the same', () => {
  const idOf = (number: number): unknown =>
    mailOf(messageOf(noticeWith({ number }), ORIGIN), { from: 'a@b.example', to: [] }).messageId;
  expect(idOf(1)).toBe(idOf(1));
  expect(idOf(1)).not.toBe(idOf(2));
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
