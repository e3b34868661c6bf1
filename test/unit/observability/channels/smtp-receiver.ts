import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A key and its certificate, which signs itself: it is its own authority. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes one for 127.0.0.1 and localhost. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'oncefill-ca-'));
  try {
    const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', [...words.split(' '), ...names, '-keyout', 'key.pem', '-out', 'cert.pem'], {
      cwd: folder,
      stdio: 'ignore',
    });
    return { key: read(folder, 'key.pem'), cert: read(folder, 'cert.pem') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

export interface SmtpReceiver {
  readonly port: number;
  /** Whole mails, in the order in which they came. */
  readonly mails: readonly string[];
  close(): Promise<void>;
}

/** A real mail server on 127.0.0.1 that knows one user, `anna` with the password `right-password-1`. */
export async function startSmtpReceiver(options: SMTPServerOptions): Promise<SmtpReceiver> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, callback) => {
      const isRight = username === 'anna' && password === 'right-password-1';
      // Some servers repeat what they were told.
      callback(
        isRight ? null : new Error(`authentication failed: ${password}`),
        isRight ? { user: username } : undefined,
      );
    },
    onRcptTo: ({ address }, _session, callback) => {
      callback(
        address.startsWith('nobody') ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null,
      );
    },
    onData: (stream, _session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString('utf8'));
        callback(null);
      });
    },
    ...options,
  });
  // A client that refuses our certificate is no fault of the server's.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** A header of a mail, unfolded. */
export function headerOf(mail: string, name: string): string | undefined {
  const [head = ''] = mail.split('\r\n\r\n');
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, ' ');
  return unfolded
    .split('\r\n')
    .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))
    ?.slice(name.length + 2);
}
