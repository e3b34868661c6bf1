import fc from 'fast-check';
import { parseBodyPath, valueAtPath } from '../../../../src/domain/hooks/body-path';

const BODY = { order: { price: '1', 'a/b': '2', 'm~n': '3', '': '4' }, list: [{ x: '5' }], '0': '6' };

function read(path: string, body: unknown = BODY): unknown {
  const steps = parseBodyPath(path);
  return steps === undefined ? 'no path' : valueAtPath(body, steps);
}

test.each([
  ['/order/price', '1'],
  ['/order/a~1b', '2'],
  ['/order/m~0n', '3'],
  ['/order/', '4'],
  ['/list/0/x', '5'],
  ['/0', '6'],
  ['$.order.price', '1'],
  ["$['order']['a/b']", '2'],
  ['$["order"].price', '1'],
  ['$.list[0].x', '5'],
])('%s leads to its value', (path, value) => {
  expect(read(path)).toBe(value);
});

test.each([
  '/nothing',
  '/order/price/further',
  '/list/1/x',
  '/list/00/x',
  '/list/length',
  '/list/-',
  '$.order.toString',
])('%s leads to nothing that is there', (path) => {
  expect(read(path)).toBeUndefined();
});

test.each(['/__proto__', '/constructor/name', '/order/hasOwnProperty'])(
  '%s does not reach what objects inherit',
  (path) => {
    expect(read(path)).toBeUndefined();
  },
);

test.each([
  '',
  '$',
  'order',
  '/a~2b',
  '/a~',
  '$..price',
  '$.*',
  '$.list[*]',
  '$.list[-1]',
  '$.list[?@.x]',
  '$.order.',
  '$[01]',
  `/${'a'.repeat(300)}`,
  '/a'.repeat(17),
])('%j is no path of one value', (path) => {
  expect(parseBodyPath(path)).toBeUndefined();
});

test('a pointer to any key finds the value of that key, and of no other', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 5 }), (keys) => {
      const pointer = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
      const body = keys.toReversed().reduce<unknown>((inner, key) => Object.fromEntries([[key, inner]]), 'found');
      expect(read(pointer, body)).toBe('found');
      expect(read(`${pointer}/more`, body)).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});
