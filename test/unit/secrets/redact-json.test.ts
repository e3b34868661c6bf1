import { redact, redactJson, rememberSecret } from '../../../src/secrets/known-secrets';

const SECRET = 'CANARYKEY7f3a9b2c1dQ';
const DIGITS = '8412097365';
/** Spellings of spellings of spellings: what a text may hold that somebody sends. */
const COSTLY = String.raw`%25252541\\\\&amp;amp;amp;lt;`.repeat(200);

beforeAll(() => {
  rememberSecret(SECRET);
  rememberSecret(DIGITS);
});

test('a text that is too costly to look through is blotted out alone, and what holds it together stays', () => {
  const json = JSON.stringify({ rows: [{ strategy: COSTLY }, { strategy: 'breakout' }], key: SECRET });
  // Else this would test nothing.
  expect(redact(COSTLY)).toBe('[redacted]');
  expect(JSON.parse(redactJson(json) ?? '')).toEqual({
    rows: [{ strategy: '[redacted]' }, { strategy: 'breakout' }],
    key: '[redacted]',
  });
});

test('a number stays one where a secret has the same digits', () => {
  const json = JSON.stringify({ uptime: Number(DIGITS), text: DIGITS });
  expect(JSON.parse(redactJson(json) ?? '')).toEqual({ uptime: Number(DIGITS), text: '[redacted]' });
});

test('what holds no secret comes back letter by letter', () => {
  const json = '{"a": 1.50, "b": [null, "c"]}';
  expect(redactJson(json)).toBe(json);
});

test('what is no JSON is not let out', () => {
  expect(redactJson(`{"a":"${SECRET}"`)).toBeUndefined();
});

test('what is too much as a whole is not let out', () => {
  const rows = Array.from({ length: 130 }, () => COSTLY);
  expect(redactJson(JSON.stringify(rows)) === undefined).toBe(true);
});
