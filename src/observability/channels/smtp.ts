import { Socket } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { EmailSettings } from '../../config/alerts';
import type { Notice } from '../../domain/alerts/alert';
import { isThisMachine } from '../../net/this-machine';
import { redactDeep } from '../../secrets/known-secrets';
import type { Secret } from '../../secrets/secret';
import { messageOf, plainText, type ChannelMessage, type NoticeOrigin } from './message';
import { wordsOfAnswer } from './outward';
import { safeId } from './safe-id';
import type { TellingChannel } from './telling-channel';

/** The library's own are minutes. */
const CONNECT_TIMEOUT_MS = 10_000;
const GREETING_TIMEOUT_MS = 10_000;
/** How long the server may say nothing. */
const SILENCE_MAX_MS = 15_000;
/** From the first byte to the last, however busily a server trickles. */
const SEND_TIMEOUT_MS = 25_000;
/** On this port TLS begins with the first byte; on all others by STARTTLS. */
const TLS_PORT = 465;

/** How long each step may take, milliseconds; absent: the usual. */
export interface SmtpPatience {
  readonly connectMs?: number;
  readonly greetingMs?: number;
  readonly silenceMs?: number;
}

export interface SmtpOptions {
  readonly server: string;
  readonly port: number;
  /** As the settings say; absent: by STARTTLS, which a server on this machine need not offer. */
  readonly tls?: EmailSettings['tls'];
  /** With its password; absent: the server asks nobody. */
  readonly login?: { readonly user: string; readonly password: Secret };
  readonly from: string;
  readonly to: readonly string[];
  /** Certificates in PEM that are trusted in place of the usual ones. */
  readonly ca?: string;
  readonly origin: NoticeOrigin;
  readonly wants: (notice: Notice) => boolean;
  /** Is told of recipients that the server refused while it took the others. */
  readonly tellFault?: (sentence: string) => void;
  readonly patience?: SmtpPatience;
}

/** Mail by SMTP, encrypted unless the server is this machine. */
export class SmtpChannel implements TellingChannel {
  readonly name = 'email';

  constructor(private readonly options: SmtpOptions) {}

  wants(notice: Notice): boolean {
    return this.options.wants(notice);
  }

  async send(notice: Notice, signal: AbortSignal): Promise<void> {
    await this.deliver(messageOf(notice, this.options.origin), signal);
  }

  /**
   * A mail that one recipient got counts as delivered: to send it again would repeat it to that one for ever.
   *
   * @throws Error with the server's own words
   */
  async deliver(message: ChannelMessage, signal: AbortSignal): Promise<string> {
    const end = AbortSignal.any([signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]);
    const socket = new Socket();
    const leave = (): void => void socket.destroy(new Error('it took too long'));
    end.addEventListener('abort', leave, { once: true });
    const transport = createTransport({ ...this.transportOptions(), socket });
    try {
      end.throwIfAborted();
      const { response, rejected } = await transport.sendMail(mailOf(redactDeep(message), this.options));
      const refused = rejected.map(String);
      if (refused.length === 0) return wordsOfAnswer(response);
      const sentence = `The mail server ${this.options.server} refuses ${refused.join(', ')}; correct email.to_emails.`;
      this.options.tellFault?.(sentence);
      return `${wordsOfAnswer(response)}; refused: ${refused.join(', ')}`;
    } catch (error) {
      throw new Error(describeFault(error, this.options, end.aborted));
    } finally {
      end.removeEventListener('abort', leave);
      transport.close();
      socket.destroy();
    }
  }

  private transportOptions() {
    const { server, port, tls, login, ca, patience = {} } = this.options;
    return {
      host: server,
      port,
      secure: port === TLS_PORT || tls === 'from the start',
      // A server that offers no encryption is refused rather than told a password in the clear.
      requireTLS: tls === undefined ? !isThisMachine(server) : tls === 'required',
      // One on this machine may offer it with a certificate that nobody vouches for; it is not needed there.
      ignoreTLS: tls === 'off',
      tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) } as const,
      ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password.reveal() } }),
      connectionTimeout: patience.connectMs ?? CONNECT_TIMEOUT_MS,
      greetingTimeout: patience.greetingMs ?? GREETING_TIMEOUT_MS,
      socketTimeout: patience.silenceMs ?? SILENCE_MAX_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    };
  }
}

/** The mail for a message: pure. A message that is sent twice has the same id, by which mail programs show it once. */
export function mailOf(message: ChannelMessage, { from, to }: Pick<SmtpOptions, 'from' | 'to'>): SendMailOptions {
  const { alertId, number, title } = message;
  const first = messageId(alertId, 1, from);
  return {
    from: { name: 'oncefill', address: from },
    to: [...to],
    subject: title,
    text: `${plainText(message)}\n`,
    messageId: messageId(alertId, number, from),
    // Later messages stand below the first one.
    ...(number > 1 ? { inReplyTo: first, references: [first] } : {}),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Oncefill-Alert': `${safeId(alertId)} ${number}` },
  };
}

function messageId(alertId: string, number: number, from: string): string {
  return `<oncefill.${safeId(alertId)}.${number}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

/** What to do about the library's codes. */
const REMEDIES: Readonly<Record<string, string>> = {
  EAUTH: 'check email.user and SMTP_PASSWORD',
  ETLS: `it offers no encryption that can be used: try port ${TLS_PORT} or 587, or another server`,
  EENVELOPE: 'check email.from_email and email.to_emails',
  EDNS: 'check email.smtp_server',
  ECONNECTION: 'check email.smtp_server and email.smtp_port',
  ETIMEDOUT: 'check email.smtp_server, email.smtp_port, and whether a firewall stands between',
};
const CERTIFICATE_REMEDY = 'if it has a certificate of your own authority, name that in email.ca_file';

function describeFault(error: unknown, { server, port }: SmtpOptions, isAborted: boolean): string {
  const { code = '', message, response } = error as Error & { readonly code?: string; readonly response?: string };
  const words = isAborted ? 'it took too long' : wordsOfAnswer(response ?? message).replace(/\.$/, '');
  const remedy = isAborted ? REMEDIES['ETIMEDOUT'] : remedyFor(code, words);
  return `The mail server ${server}:${port} did not take the mail: ${words}${remedy === undefined ? '' : `; ${remedy}`}.`;
}

function remedyFor(code: string, words: string): string | undefined {
  if (/certificate/i.test(words)) return CERTIFICATE_REMEDY;
  if (/ECONNREFUSED/.test(words)) return REMEDIES['ECONNECTION'];
  return REMEDIES[code];
}
