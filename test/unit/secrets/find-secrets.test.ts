import fc from 'fast-check';
import { createRedactor, SECRET_CHARACTERS_MIN } from '../../../src/secrets/find-secrets';
import { DISGUISES, SPELLINGS } from '../../support/spellings';

const NAMES = Object.keys(SPELLINGS);
const SECRET = 'CaNaRy/s3cr+t="q\\uo%41 te&7c9';

function spell(text: string, ...names: readonly string[]): string {
  return names.reduce((spelled, name) => SPELLINGS[name]?.(spelled) ?? spelled, text);
}

/** What exchanges and people make keys of, and what is hardest to find again. */
const secrets = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9]{16,64}$/),
  fc.stringMatching(/^[\x21-\x7e]{12,44}$/),
  fc
    .array(fc.constantFrom('"', '\\', '+', '/', '=', ' ', '%', '&', 'é', '漢', '😀', 'a', 'Z', '7'), {
      minLength: SECRET_CHARACTERS_MIN,
      maxLength: 40,
    })
    .map((characters) => characters.join('')),
);

describe('a redactor', () => {
  test.each(NAMES)('finds a secret in the spelling: %s', (name) => {
    expect(createRedactor([SECRET])(`key ${spell(SECRET, name)} is invalid`)).toMatch(
      /^key \S{0,7}\[redacted\]\S{0,6}\s* is invalid$/,
    );
  });

  test.each(Object.keys(DISGUISES))('finds a key twice in the disguise: %s', (name) => {
    const spelled = DISGUISES[name]?.('CaNaRyK3y7f3a9b2c1dQ') ?? '';
    const clean = createRedactor(['CaNaRyK3y7f3a9b2c1dQ'])(`a ${spelled}; and ${spelled} z`);
    expect(clean.match(/\[redacted\]/g)).toHaveLength(2);
    expect(clean).not.toContain(spelled.slice(4, -4));
    expect(clean).toMatch(/; and .*z$/);
  });

  test('takes what it looks at from a budget, and shows nothing beyond it', () => {
    const redact = createRedactor([SECRET]);
    const budget = { charactersLeft: 1_000 };
    const text = 'nothing of interest in here, and nothing more';
    expect(redact(text, budget)).toBe(text);
    expect(budget.charactersLeft).toBeLessThan(1_000 - text.length);
    budget.charactersLeft = text.length - 1;
    expect(redact(text, budget)).toBe('[redacted]');
    expect(budget.charactersLeft).toBeLessThan(0);
  });

  test('finds any secret in any spelling of any spelling', () => {
    const spelling = fc.constantFrom(...NAMES);
    const around = fc.constantFrom(' ', '"', '/', 'x7', '=', ': ');
    fc.assert(
      fc.property(secrets, spelling, spelling, around, around, (secret, inner, outer, before, after) => {
        const spelled = spell(secret, inner, outer);
        const clean = createRedactor([secret])(`error${before}${spelled}${after}end`);
        // A heart of a few characters may stand in any text.
        const heart = spelled.slice(8, -8);
        return clean.includes('[redacted]') && !clean.includes(heart.length >= 8 ? heart : spelled);
      }),
      { numRuns: 250 },
    );
  });

  test('leaves what spells no secret as it is', () => {
    const redact = createRedactor([SECRET, 'another-secret-1']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom(...NAMES), (text, name) => {
        const spelled = spell(text, name);
        return redact(spelled) === spelled;
      }),
      { numRuns: 100 },
    );
  });

  test('leaves JSON JSON', () => {
    fc.assert(
      fc.property(secrets, fc.constantFrom(...NAMES), fc.string(), (secret, name, other) => {
        const line = JSON.stringify({ message: other + spell(secret, name), [secret]: secret, other });
        const read = JSON.parse(createRedactor([secret])(line)) as Record<string, string>;
        return Object.keys(read).length >= 1;
      }),
      { numRuns: 100 },
    );
  });

  test('blots out every secret and what lies between two stays', () => {
    const redact = createRedactor(['the-key-1', 'the-secret-2']);
    expect(redact('the-key-1 and the-secret-2, the-key-1')).toBe('[redacted] and [redacted], [redacted]');
  });

  test.each(NAMES)('finds it twice in the spelling: %s', (name) => {
    const spelled = spell(SECRET, name);
    const clean = createRedactor([SECRET])(`${spelled} and ${spelled}`);
    expect(clean.match(/\[redacted\]/g)).toHaveLength(2);
    expect(clean).not.toContain(spelled);
  });

  test('finds a secret that is a part of another one', () => {
    expect(createRedactor(['abcdefgh', 'abcdefgh-long'])('abcdefgh-long abcdefgh')).toBe('[redacted] [redacted]');
  });

  test('finds a private key line by line', () => {
    const lines = [
      '-----BEGIN PRIVATE KEY-----',
      'MIIEvAIBADANBgkqhkiG9w0BAQEFAASC',
      'BKYwggSiAgEAAoIBAQC7',
      '-----END',
    ];
    expect(createRedactor([lines.join('\n')])(`near ${lines[2]}`)).toBe('near [redacted]');
  });

  test('shows nothing of a text in which it would have to look for too long', () => {
    const layers = ['json', 'partly percent', 'html entities'];
    let texts = ['"&%'];
    for (let depth = 0; depth < 4; depth += 1) {
      texts = texts.flatMap((text) => layers.map((layer) => spell(text, layer)));
    }
    const text = texts.join(' ');
    expect(createRedactor([SECRET])(text).slice(0, 100)).toBe('[redacted]');
    expect(createRedactor([SECRET])(text.slice(0, 100))).toBe(text.slice(0, 100));
  });

  test('has nothing to do without secrets', () => {
    expect(createRedactor(['short', ''])('short')).toBe('short');
  });
});
