import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compare, describeSums, type ExpectedCalls, parseOutcomes } from '../../peers/compare';
import { peerNames } from '../../peers/peers';

const TABLE = resolve(__dirname, '../../peers/expected.json');
const EXPECTED = [
  ['one', 'worked'],
  ['two', 10001],
  ['three', 'not served'],
] as const;

const agreesOf = (outcomes: Parameters<typeof compare>[1]): boolean[] =>
  compare(EXPECTED, outcomes).map(({ agrees }) => agrees);

test('calls that came to what the table says agree', () => {
  const outcomes = EXPECTED.map(([call, came]) => ({ call, came }));
  expect(agreesOf(outcomes)).toEqual([true, true, true]);
  expect(describeSums(compare(EXPECTED, outcomes))).toBe('3 calls, 1 worked, 1 refused with a code, 1 not served');
});

test.each([
  ['another outcome', [{ call: 'one', came: 10001 }]],
  ['another code', [{ call: 'two', came: 10002 }]],
  ['a failure of the library', [{ call: 'one', came: 'failed', reason: 'why' }]],
  ['a call that is not in the table', [{ call: 'four', came: 'worked' }]],
] as const)('%s disagrees', (_, outcomes) => {
  expect(agreesOf(outcomes)[0]).toBe(false);
});

test('a call that was not made disagrees, and so does one made twice', () => {
  expect(compare(EXPECTED, [{ call: 'one', came: 'worked' }])).toMatchObject([
    { call: 'one', agrees: true },
    { call: 'two', came: 'not made', agrees: false },
    { call: 'three', came: 'not made', agrees: false },
  ]);
  const twice = [
    { call: 'one', came: 'worked' },
    { call: 'one', came: 'worked' },
  ] as const;
  expect(agreesOf(twice).slice(0, 2)).toEqual([true, false]);
});

test('what a library writes beside its calls is left out, and a line that is none is refused', () => {
  expect(parseOutcomes('a warning\n{"call":"one","came":"worked"}\n')).toEqual([{ call: 'one', came: 'worked' }]);
  expect(() => parseOutcomes('{"call":"one","came":"perhaps"}')).toThrow();
});

test('every client library has a table, without a call twice', () => {
  const table = JSON.parse(readFileSync(TABLE, 'utf8')) as ExpectedCalls;
  expect(Object.keys(table).toSorted()).toEqual([...peerNames()].toSorted());
  for (const calls of Object.values(table)) expect(new Set(calls.map(([call]) => call)).size).toBe(calls.length);
});
