import { parseSettlement, SETTLE_REASON_BYTES_MAX } from '../../../src/intake/parse-settlement';

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
  ['no reason', { ...FILLED, reason: undefined }, 'reason is empty'],
  ['an empty reason', { ...FILLED, reason: ' ' }, 'reason is empty'],
  ['a reason of two lines', { ...FILLED, reason: 'a\nb' }, 'reason is "a'],
  ['a reason without end', { ...FILLED, reason: 'a'.repeat(SETTLE_REASON_BYTES_MAX + 1) }, 'reason is "a'],
  ['no quantity', { ...FILLED, filled_quantity: undefined }, 'filled_quantity is undefined'],
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
