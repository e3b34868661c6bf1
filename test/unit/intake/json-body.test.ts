import fc from 'fast-check';
import { readJsonBody } from '../../../src/intake/json-body';

function faultOf(text: string | Buffer): string {
  const read = readJsonBody(Buffer.from(text));
  if (!('fault' in read)) throw new Error('the body was read');
  return read.fault;
}

test('whatever JSON.stringify writes is read as it was, unless keys reach for prototypes', () => {
  const key = fc.string().filter((text) => !['__proto__', 'constructor'].includes(text));
  const { value: json } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value')),
      fc.dictionary(key, tie('value'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 2, '\r\n\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      expect(readJsonBody(Buffer.from(text))).toEqual({ value: JSON.parse(text) as unknown });
    }),
    { numRuns: 300 },
  );
});

test('nothing is read that JSON.parse would refuse', () => {
  const piece = fc.constantFrom(
    ...'{}[],:"\\truefalsn0123456789.eE+-u\' \n\u0000\u00a0é'.split(''),
    '"a"',
    '{"a":',
    'null',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const read = readJsonBody(Buffer.from(text));
      if ('value' in read) expect(read.value).toEqual(JSON.parse(text));
      else expect(read.fault).toMatch(/^The body [^\n]{1,250}\.$/);
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['twice', '{"amount":"1","amount":"2"}', '"amount"'],
  ['with equal values', '{"amount":"1","amount":"1"}', '"amount"'],
  ['spelled by an escape', '{"amount":"1","\\u0061mount":"2"}', '"amount"'],
  ['with a text between that looks like a key', '{"a":"\\",\\"b\\":","b":1,"b":2}', '"b"'],
  ['below', '{"x":{"amount":1,"amount":2}}', '"amount"'],
  ['in a list', '[1,{"":1,"":2}]', '""'],
  ['after a list', '{"a":[{"a":1}],"b":{"a":1},"a":2}', '"a"'],
])('a key that is there %s is refused by name', (_name, text, key) => {
  expect(faultOf(text)).toBe(`The body has the key ${key} twice; give it once.`);
});

test.each(['{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}', '{"a":"a","A":"a"}'])(
  'equal keys of different maps are fine: %s',
  (text) => {
    expect(readJsonBody(Buffer.from(text))).toEqual({ value: JSON.parse(text) as unknown });
  },
);

test.each(['{"__proto__":{}}', '{"a":{"constructor":1}}', '{"\\u005f_proto__":1}'])(
  'a key that reaches for prototypes is named: %s',
  (text) => {
    expect(faultOf(text)).toMatch(/^The body holds the key "(__proto__|constructor)", which no request has\.$/);
  },
);

test.each<[string, string | Buffer, string]>([
  ['nothing', '', 'is empty'],
  ['blanks', ' \n', 'is empty'],
  ['a form', 'symbol=BTCUSDT&amount=1', 'is a form'],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'character 2: a key in double quotes is needed'],
  ['Latin-1', Buffer.from('{"a":"é"}', 'latin1'), 'is not UTF-8'],
  ['half a body', '{"a":1', 'character 7: it ends before it is complete'],
  ['half a text', '{"a":"1}', 'a text has no closing quote'],
  ['single quotes', "{'a':1}", 'character 2: a key in double quotes is needed, not a single quote'],
  ['a value in single quotes', '{"a":\'1\'}', 'a value is needed, not a single quote'],
  ['a key without quotes', '{a:1}', 'a key in double quotes is needed, not "a"'],
  ['a value without quotes', '{"a":BUY}', 'text stands in double quotes, "BUY" has none'],
  ['a last comma', '{"a":1,}', 'a comma stands before the closing brace'],
  ['a last comma of a list', '[1,]', 'a value is needed, not "]"'],
  ['a missing comma', '{"a":1 "b":2}', 'a comma or the end is missing before "\\""'],
  ['a missing colon', '{"a" 1}', 'a colon is missing after the key "a"'],
  ['a comment', '{"a":1 // x\n}', 'JSON has no comments'],
  ['words of Python', '{"a":None}', 'None is null in JSON'],
  ['no number', '{"a":NaN}', 'NaN is no value of JSON'],
  ['a plus', '{"a":+1}', '"+1" is no number of JSON'],
  ['a leading zero', '{"a":01}', '"01" is no number of JSON'],
  ['a bare point', '{"a":.5}', '".5" is no number of JSON'],
  ['groups', '{"a":1_000}', '"1_000" is no number of JSON'],
  ['hexadecimals', '{"a":0x10}', '"0x10" is no number of JSON'],
  ['a line break in a text', '{\n"a":"1\n2"}', 'line 2, character 7: a text holds a control character or a line break'],
  ['a lone backslash', '{"a":"C:\\dir"}', 'a backslash in a text begins no escape'],
  ['two values', '{"a":1}{"a":1}', 'more follows after the end'],
])('%s is told what is wrong with it', (_name, body, words) => {
  expect(faultOf(body)).toContain(words.replaceAll('\\"', '"'));
});

test('a mark of byte order at the beginning is no fault', () => {
  expect(readJsonBody(Buffer.from('\uFEFF{"a":1}'))).toEqual({ value: { a: 1 } });
});

test('depth costs no stack', () => {
  expect(readJsonBody(Buffer.from('['.repeat(30_000) + ']'.repeat(30_000)))).toHaveProperty('value');
});
