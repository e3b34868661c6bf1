import { REASON_BYTES_MAX } from '../../../src/domain/ledger/state';
import { parseSettlement } from '../../../src/intake/parse-settlement';

const FILLED = { filled_quantity: '0.010', average_price: '43000.50', reason: 'seen in the order history by Ada' };

test('figures are read in their shortest form', () => {
  expect(parseSettlement({ ...FILLED, fee: '0.0' })).toEqual({
    ok: true,
    command: { filledQuantity: '0.01', averagePrice: '43000.5', fee: '0', reason: FILLED.reason },
  });
});

test('a rebate is a fee below zero', () => {
  expect(parseSettlement({ ...FILLED, fee: '-0.10' })).toMatchObject({ ok: true, command: { fee: '-0.1' } });
});

test('nothing filled needs neither price nor fee', () => {
  expect(parseSettlement({ filled_quantity: '0', reason: 'never arrived' })).toEqual({
    ok: true,
    command: { filledQuantity: '0', reason: 'never arrived' },
  });
});

test.each<[string, unknown, string]>([
  ['no object', 'x', 'JSON object'],
  ['a list', [], 'JSON object'],
  ['nothing', null, 'JSON object'],
  ['an unknown field', { ...FILLED, filled: '1' }, '"filled" is not known'],
  ['an unknown field near a known one', { ...FILLED, filledQuantity: '1' }, 'Did you mean filled_quantity?'],
  ['a reason that turns the writing', { ...FILLED, reason: 'a\u202Eb' }, 'holds U+202E'],
  ['no reason', { ...FILLED, reason: undefined }, 'reason is empty'],
  ['an empty reason', { ...FILLED, reason: ' ' }, 'reason is empty'],
  ['a reason of two lines', { ...FILLED, reason: 'a\nb' }, 'reason is "a'],
  ['a reason without end', { ...FILLED, reason: 'a'.repeat(REASON_BYTES_MAX + 1) }, 'it has 161 bytes'],
  ['no quantity', { ...FILLED, filled_quantity: undefined }, 'There is no filled_quantity'],
  ['a quantity that is a number', { ...FILLED, filled_quantity: 0.01 }, 'filled_quantity is 0.01'],
  ['a quantity below zero', { ...FILLED, filled_quantity: '-1' }, 'filled_quantity is "-1"'],
  ['a quantity with an exponent', { ...FILLED, filled_quantity: '1e3' }, 'filled_quantity is "1e3"'],
  ['an empty quantity', { ...FILLED, filled_quantity: '' }, 'filled_quantity is ""'],
  ['no price', { ...FILLED, average_price: undefined }, 'There is no average_price'],
  ['a price of zero', { ...FILLED, average_price: '0.0' }, 'average_price is "0.0"'],
  ['a price that is none', { ...FILLED, average_price: 'NaN' }, 'average_price is "NaN"'],
  ['a fee that is no number', { ...FILLED, fee: 'none' }, 'fee is "none"'],
  ['a fee that is not text', { ...FILLED, fee: 0.1 }, 'fee is 0.1'],
  ['a price where nothing filled', { ...FILLED, filled_quantity: '0' }, 'filled_quantity is 0'],
  ['a fee where nothing filled', { filled_quantity: '0.0', fee: '1', reason: 'r' }, 'filled_quantity is 0'],
])('%s is refused in a sentence that names it', (_name, body, words) => {
  expect(parseSettlement(body)).toEqual({ ok: false, message: expect.stringContaining(words) as string });
});

test.each<[string, object, string]>([
  ['a quantity', { filled_quantity: 0.01 }, '0.01'],
  ['a quantity with an exponent', { filled_quantity: '1e-2' }, '0.01'],
  ['a quantity with a comma', { filled_quantity: '0,01' }, '0.01'],
  ['a price', { average_price: 43_000.5 }, '43000.5'],
  ['a price with a plus', { average_price: '+43000.5' }, '43000.5'],
  ['a fee', { fee: 0.1 }, '0.1'],
  ['a fee of nothing', { fee: 0 }, '0'],
  ['a rebate', { fee: -1e-7 }, '-0.0000001'],
])('%s that is written otherwise is told the spelling that is accepted', (_name, change, spelling) => {
  const refused = parseSettlement({ ...FILLED, ...change });
  expect(refused).toMatchObject({ ok: false, message: expect.stringMatching(`: write "${spelling}"\\.$`) as string });
  const followed = Object.fromEntries(Object.keys(change).map((field) => [field, spelling]));
  expect(parseSettlement({ ...FILLED, ...followed })).toMatchObject({ ok: true });
});

test('a reason may be in any language', () => {
  const reason = 'دیدم در تاریخچه می‌خواهم 👨‍💻';
  expect(parseSettlement({ ...FILLED, reason })).toMatchObject({ ok: true, command: { reason } });
});
