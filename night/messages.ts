/** The ways to people that a night has receivers for. */
export const CHANNELS = ['email', 'json', 'slack', 'telegram'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A message as a receiver got it. */
export interface Received {
  readonly channel: Channel;
  /** UTC, milliseconds. */
  readonly atMs: number;
  readonly alertId: string;
  /** Counts the messages about the alert. */
  readonly number: number;
  /** It says that the alert is over. */
  readonly isEnd: boolean;
  /** Its subject or first line. */
  readonly title: string;
}

/** What the generic webhook says of an alert, beside its text. */
export interface AlertFacts {
  readonly rule: string;
  readonly subject: string;
  /** Since when the condition holds, UTC, milliseconds. */
  readonly sinceMs: number;
}

const END = /\bRESOLVED\b/;

/**
 * Reads a mail as it came over the wire.
 *
 * @throws Error when it is none of ours
 */
export function readMail(mail: string, atMs: number): Received {
  const title = decodedWords(headerOf(mail, 'subject'));
  const [alertId = '', number = ''] = headerOf(mail, 'x-oncefill-alert').split(' ');
  return { channel: 'email', atMs, ...numbered(alertId, number, mail), isEnd: END.test(title), title };
}

/** Reads a text as Slack and Telegram get it. @throws Error when it is none of ours */
export function readText(channel: Channel, text: string, atMs: number): Received {
  const [title = ''] = text.split('\n');
  const [, alertId = '', number = ''] = /^Alert (\S+), message (\d+)$/m.exec(text) ?? [];
  return { channel, atMs, ...numbered(alertId, number, text), isEnd: END.test(title), title };
}

/** Reads the body that the generic webhook gets. @throws Error when it is none of ours */
export function readJson(body: string, atMs: number): { readonly received: Received; readonly facts: AlertFacts } {
  const { alert_id, number, kind, title, rule, subject, since } = JSON.parse(body) as Record<string, string | number>;
  const received = {
    ...numbered(String(alert_id ?? ''), String(number ?? ''), body),
    channel: 'json',
    atMs,
    isEnd: kind === 'resolved',
    title: String(title),
  } as const;
  return { received, facts: { rule: String(rule), subject: String(subject), sinceMs: Date.parse(String(since)) } };
}

function numbered(alertId: string, number: string, whole: string): Pick<Received, 'alertId' | 'number'> {
  if (alertId !== '' && /^\d+$/.test(number)) return { alertId, number: Number(number) };
  throw new Error(`A receiver got something that names no alert: ${whole.slice(0, 500)}`);
}

/** A header of a mail, unfolded; empty where it has none. */
function headerOf(mail: string, name: string): string {
  const [head = ''] = mail.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return lines.find((line) => line.toLowerCase().startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
}

/** Encoded words (RFC 2047) in UTF-8, which is all that the product writes. */
function decodedWords(text: string): string {
  const joined = text.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, encoding: string, word: string) =>
    encoding.toLowerCase() === 'b'
      ? Buffer.from(word, 'base64').toString('utf8')
      : Buffer.from(
          word
            .replaceAll('_', ' ')
            .replaceAll(/=([0-9A-F]{2})/gi, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          'latin1',
        ).toString('utf8'),
  );
}
