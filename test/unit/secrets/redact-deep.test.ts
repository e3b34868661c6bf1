import fc from 'fast-check';
import { redactDeep, rememberSecret } from '../../../src/secrets/known-secrets';

const SECRET = 'CANARYKEY7f3a9b2c1dQ';
const BLOT = '[redacted]';

beforeAll(() => rememberSecret(SECRET));

test.each<[string, unknown, unknown]>([
  ['a text', `key ${SECRET}`, `key ${BLOT}`],
  ['the last field', { a: 1, b: SECRET }, { a: 1, b: BLOT }],
  ['the first field', { a: SECRET, b: 'c' }, { a: BLOT, b: 'c' }],
  ['the name of a field', { a: 1, [SECRET]: 2, c: 3 }, { a: 1, [BLOT]: 2, c: 3 }],
  ['an item of a list', ['a', [SECRET]], ['a', [BLOT]]],
  ['a row of a list', { list: [{ a: 'b' }, { a: SECRET }] }, { list: [{ a: 'b' }, { a: BLOT }] }],
])('a secret is taken out of %s, and all else stays', (_where, value, clean) => {
  const before = structuredClone(value);
  expect(redactDeep(value)).toEqual(clean);
  expect(value).toEqual(before);
});

test('fields keep their order where one of them changes', () => {
  expect(Object.keys(redactDeep({ z: 1, y: SECRET, x: { w: 2 } }))).toEqual(['z', 'y', 'x']);
});

test('what holds no secret is given back as it is, and so is each part that holds none', () => {
  const clean = { list: [{ a: 'b', c: null }], d: Number.NaN };
  expect(redactDeep(clean)).toBe(clean);
  const [kept] = redactDeep([clean, SECRET]);
  expect(kept).toBe(clean);
});

test('a text that is too long is not kept, and beside it all is', () => {
  expect(redactDeep({ a: 'long enough', b: 'short' }, 5)).toEqual({ a: null, b: 'short' });
});

test('whatever JSON can hold comes back without the secret, and otherwise as it was', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom(SECRET, `a ${SECRET} b`));
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(text, tie('json'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(json, (value) => {
      const expected: unknown = JSON.parse(JSON.stringify(value).replaceAll(SECRET, BLOT));
      expect(redactDeep(value)).toEqual(expected);
    }),
  );
});
