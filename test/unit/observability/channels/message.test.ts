import { ALERT_RULES } from '../../../../src/domain/alerts/alert';
import { cutText, oneLine } from '../../../../src/observability/channels/cut';
import { messageOf, plainText, spanText, testMessage, utcText } from '../../../../src/observability/channels/message';
import { RULE_WORDS, wordsOf } from '../../../../src/observability/channels/words';
import { noticeWith, ORIGIN } from './fixtures';

describe('a message to people', () => {
  test('says what happened, where, since when, which alert and what to do', () => {
    expect(plainText(messageOf(noticeWith(), ORIGIN)).split('\n')).toEqual([
      '🔴 CRITICAL: no heartbeat: trading_engine',
      'LIVE on box-1',
      'Since 2026-11-29 07:55:28 UTC (12 min)',
      'Alert a7f3c2d1, message 1',
      '',
      'What happened: trading_engine has sent no heartbeat for 125 s; it was ended and started again.',
      '',
      expect.stringMatching(/^What to do: /),
      '"oncefill alerts silence heartbeat_lost --for 2h --reason TEXT" keeps messages back.',
    ]);
  });

  test('names the folder of logs of the installation that tells', () => {
    const text = plainText(messageOf(noticeWith({ rule: 'errors_frequent' }), ORIGIN));
    expect(text).toContain('/srv/oncefill/logs/errors_*.log');
  });

  test.each([
    ['firing', 'warning', '🟠 WARNING: '],
    ['repeated', 'critical', '🔴 CRITICAL, still: '],
    ['resolved', 'critical', '✅ RESOLVED: '],
  ] as const)('that is %s and %s begins with %s', (kind, severity, start) => {
    const message = messageOf(noticeWith({ kind, severity }), ORIGIN);
    expect(message.title.startsWith(start)).toBe(true);
    expect(message.head.startsWith(start)).toBe(true);
  });

  test('about what is over says from when and for how long it was, and asks for nothing', () => {
    const text = plainText(messageOf(noticeWith({ kind: 'resolved' }), ORIGIN));
    expect(text).toContain('From 2026-11-29 07:55:28 UTC, for 12 min');
    expect(text).not.toContain('What to do');
  });

  test.each(['\r\nBcc: eve@example.com', '\nX: y', '\u2028z', '\u0085z', '\u0000', '\u202Egnp', '\u001B[2J', '\uD800'])(
    'has a title on one line, whatever its subject holds: %j',
    (odd) => {
      const { title } = messageOf(noticeWith({ subject: `engine${odd}` }), ORIGIN);
      expect(title).toMatch(/^[^\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]+$/u);
    },
  );

  test('has a title that fits a line, and keeps the number whatever the subject is', () => {
    const { title, head } = messageOf(noticeWith({ subject: 's'.repeat(5_000), number: 7 }), ORIGIN);
    expect(title.length).toBeLessThanOrEqual(160);
    expect(head).toContain('Alert a7f3c2d1, message 7');
  });

  test('keeps of a text neither its lines nor anything else that a program would obey', () => {
    const { text } = messageOf(noticeWith({ text: 'one\r\ntwo\rthree\u0007\u202E four' }), ORIGIN);
    expect(text).toBe('one two three four');
  });

  test('that is too long is cut in the middle, so that id and remedy stay', () => {
    const text = plainText(messageOf(noticeWith({ text: 'long '.repeat(2_000) }), ORIGIN), 4_096);
    expect(text.length).toBe(4_096);
    expect(text).toContain('Alert a7f3c2d1, message 1');
    expect(text).toContain('What to do: ');
  });

  test('names a time that is none', () => {
    expect(plainText(messageOf(noticeWith({ sinceMs: Number.NaN }), ORIGIN))).toContain('Since unknown (unknown)');
  });

  test('that is a test says so first', () => {
    const message = testMessage(ORIGIN, 'test-1', 0);
    expect(message.title).toMatch(/^TEST: /);
    expect(plainText(message)).toMatch(/^TEST: .*Nothing is wrong/s);
  });
});

test.each(ALERT_RULES)('there are words for the rule %s', (rule) => {
  expect(RULE_WORDS).toHaveProperty(rule, { title: expect.any(String), remedy: expect.stringMatching(/\.$/) });
});

test.each(['constructor', 'new_rule'])('the rule %s, which has no words, is told by its name', (rule) => {
  expect(wordsOf(rule).title).toBe(rule.replaceAll('_', ' '));
});

describe('a text is cut', () => {
  test.each([
    ['an emoji', '😀'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a flag', '🇩🇪'],
    ['a letter with an accent of its own', 'e\u0301'],
  ])('before %s rather than through it', (_what, character) => {
    const text = character.repeat(50);
    for (let lengthMax = 0; lengthMax < 60; lengthMax += 1) {
      const cut = cutText(text, lengthMax);
      expect(cut.length).toBeLessThanOrEqual(lengthMax);
      expect(cut.replace('…', '').replaceAll(character, '')).toBe('');
    }
  });

  test('only where it is too long', () => {
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abcd', 3)).toBe('ab…');
    expect(cutText('', 0)).toBe('');
  });
});

test('a text on one line keeps families and flags whole', () => {
  expect(oneLine(' a\n👨‍👩‍👧‍👦\t🇩🇪 ')).toBe('a 👨‍👩‍👧‍👦 🇩🇪');
});

test.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [12_000_000, '3 h 20 min'],
  [190_800_000, '2 d 5 h'],
  [-1, 'unknown'],
  [Number.NaN, 'unknown'],
])('%d ms are told as %s', (spanMs, text) => {
  expect(spanText(spanMs)).toBe(text);
});

test('a time is told in UTC', () => {
  expect(utcText(0)).toBe('1970-01-01 00:00:00 UTC');
});
