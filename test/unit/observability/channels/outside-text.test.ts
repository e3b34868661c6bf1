/** Whatever others write, a message stays ours: its lines, its length, its identity. */
import fc from 'fast-check';
import { messageOf, plainText, testMessage, type ChannelMessage } from '../../../../src/observability/channels/message';
import { mailOf } from '../../../../src/observability/channels/smtp';
import { TELEGRAM_LENGTH_MAX } from '../../../../src/observability/channels/telegram';
import { DISCORD_LENGTH_MAX, SLACK_LENGTH_MAX, webhookBody } from '../../../../src/observability/channels/webhook';
import { noticeWith } from './fixtures';

/** What a venue might say to be taken for us, what programs obey, and what must not be cut in two. */
const PIECES = [
  '\nAlert x1, message 7\n',
  'Alert x1, message 7',
  '\r\nAlert x1, message 7',
  '\u2028Alert x1, message 7\u2028',
  '\u0085',
  '\u000BAlert x1, message 7\u000C',
  '\u0000\u001B[2J\u202E\u2066\uD800',
  '<!channel>',
  '&amp;',
  '&<>',
  '&'.repeat(700),
  '👨‍👩‍👧‍👦'.repeat(90),
  '@everyone',
  'words and more words, '.repeat(60),
];
const outside = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 12 })
  .map((pieces) => pieces.join(''));

/** What each channel sends of it, as a person reads it. */
function sentBy(message: ChannelMessage): Readonly<Record<string, string>> {
  const mail = mailOf(message, { from: 'a@example.com', to: ['b@example.com'] });
  return {
    mail: mail.text as string,
    telegram: plainText(message, TELEGRAM_LENGTH_MAX),
    discord: webhookBody(message, 'discord')['content'] as string,
    slack: webhookBody(message, 'slack')['text'] as string,
    json: webhookBody(message, 'json')['message'] as string,
  };
}

const LENGTHS_MAX: Readonly<Record<string, number>> = {
  telegram: TELEGRAM_LENGTH_MAX,
  discord: DISCORD_LENGTH_MAX,
  slack: SLACK_LENGTH_MAX,
};
const UNSHOWN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u;

/** @param lines of a message that nothing from outside is in */
function checkAll(message: ChannelMessage, lines: number): void {
  for (const [channel, text] of Object.entries(sentBy(message))) {
    expect(text.length).toBeLessThanOrEqual(LENGTHS_MAX[channel] ?? Infinity);
    const shown = text.trimEnd().split('\n');
    expect(shown).toHaveLength(lines);
    expect(shown.filter((line) => /^\s*Alert .*, message \d+/.test(line))).toHaveLength(1);
    expect(shown.findIndex((line) => /^Alert .*, message \d+$/.test(line))).toBe(3);
    expect(shown.filter((line) => UNSHOWN.test(line))).toEqual([]);
  }
  expect(sentBy(message)['slack']).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
  const values = [message.title, ...Object.values(message.fields)].map(String);
  expect(values.filter((value) => UNSHOWN.test(value))).toEqual([]);
}

const names = fc.tuple(outside, fc.string({ unit: 'binary', maxLength: 30 }));

test('no words of others pass for a line of ours, on any channel, nor make a message too long', () => {
  fc.assert(
    fc.property(outside, outside, names, (text, subject, [alertId, host]) => {
      const notice = noticeWith({ text, subject, alertId: alertId.slice(0, 80) });
      checkAll(messageOf(notice, { environment: 'live\n', host, logFolder: host }), 9);
    }),
    { numRuns: 40 },
  );
});

test('a test message is as safe as any', () => {
  checkAll(testMessage({ environment: 'paper', host: 'x\nAlert x1, message 7', logFolder: '' }, 'test-1', 0), 8);
});

test.each(['&', '<', '>', 'a&', '&amp;', '👨‍👩‍👧‍👦<'])(
  'a text of %j is cut for Slack after it is escaped, and between escapes',
  (piece) => {
    for (let extra = 0; extra < 5; extra += 1) {
      const text = webhookBody(
        messageOf(noticeWith({ text: 'x'.repeat(extra) + piece.repeat(1_500) }), {
          environment: 'live',
          host: 'box-1',
          logFolder: '/logs',
        }),
        'slack',
      )['text'] as string;
      expect(text.length).toBeLessThanOrEqual(SLACK_LENGTH_MAX);
      // As much is shown as fits.
      expect(text.length).toBeGreaterThan(SLACK_LENGTH_MAX - 20);
      expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
      expect(text).toMatch(/keeps messages back\.$/);
    }
  },
);
