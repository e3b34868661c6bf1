import { createHmac, createVerify, generateKeyPairSync } from 'node:crypto';
import { Secret } from '../../../../src/secrets/secret';
import { authentication, readMessage } from '../../../../src/venues/bybit/stream/messages';

const SYMBOLS = new Set(['BTCUSDT']);
/** As documented. */
const ROW = {
  category: 'linear',
  symbol: 'BTCUSDT',
  orderId: '5cf98598-39a7-459e-97bf-76ca765ee020',
  orderLinkId: 'of-1',
  orderStatus: 'Filled',
  cumExecQty: '0.100',
  rejectReason: 'EC_NoError',
};
const news = (...data: unknown[]): string => JSON.stringify({ topic: 'order', id: '1', creationTime: 1, data });
const hintsOf = (text: string) => readMessage(text, SYMBOLS).hints;

test('a row tells which order it is, and whether it can change any more', () => {
  expect(readMessage(news(ROW, { ...ROW, orderStatus: 'PartiallyFilled' }), SYMBOLS)).toEqual({
    event: { kind: 'news' },
    hints: [
      { clientOrderId: 'of-1', isFinal: true, status: 'Filled', filledQuantity: '0.100' },
      { clientOrderId: 'of-1', isFinal: false, status: 'PartiallyFilled', filledQuantity: '0.100' },
    ],
  });
});

test.each<[string, unknown]>([
  ['another symbol', { ...ROW, symbol: 'ETHUSDT' }],
  ['another category', { ...ROW, category: 'spot' }],
  ['no client id', { ...ROW, orderLinkId: '' }],
  ['a client id that none can be', { ...ROW, orderLinkId: 'a b' }],
  ['a status that is no word', { ...ROW, orderStatus: '\u001b[31mFilled' }],
  ['a status as long as a book', { ...ROW, orderStatus: 'F'.repeat(1_000) }],
  ['no object', null],
])('a row with %s hides itself alone', (_what, row) => {
  expect(hintsOf(news(row, ROW))).toHaveLength(1);
});

test('a quantity that cannot be read is not told', () => {
  expect(hintsOf(news({ ...ROW, cumExecQty: '1e9\n' }))[0]).toMatchObject({ filledQuantity: undefined });
});

test.each<[string, string]>([
  ['{"success":true,"ret_msg":"","op":"auth","conn_id":"c"}', 'authenticated'],
  ['{"success":true,"ret_msg":"","op":"subscribe","conn_id":"c"}', 'subscribed'],
  ['{"success":false,"ret_msg":"error","op":"auth","conn_id":"c"}', 'refused'],
  ['{"ret_msg":"error","op":"auth"}', 'refused'],
  ['{"success":false,"ret_msg":"Request not authorized","op":"subscribe"}', 'refused'],
  ['{"req_id":"1","op":"pong","args":["1675418560633"],"conn_id":"c"}', 'pong'],
  ['{"success":true,"ret_msg":"pong","conn_id":"c","op":"ping"}', 'pong'],
  ['{"topic":"wallet","data":[]}', 'other'],
  ['{"topic":"order","data":null}', 'news'],
  ['{"topic":"order","data":[{', 'unreadable'],
  ['', 'unreadable'],
  ['null', 'unreadable'],
  ['[]', 'unreadable'],
  ['{"op":7}', 'unreadable'],
])('%s is %s', (text, kind) => {
  expect(readMessage(text, SYMBOLS).event.kind).toBe(kind);
});

test('the authentication is the signature of the instant in which it ends', () => {
  const text = authentication(
    { apiKey: new Secret('the-key-0123456'), apiSecret: new Secret('the-secret-0123') },
    1_000,
  );
  const [, expires, signature] = (JSON.parse(text) as { args: [string, number, string] }).args;
  expect(expires).toBe(11_000);
  expect(signature).toBe(createHmac('sha256', 'the-secret-0123').update('GET/realtime11000').digest('hex'));
});

test('an RSA key signs it', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim();
  const text = authentication({ apiKey: new Secret('the-key-0123456'), apiSecret: new Secret(pem) }, 1_000);
  const { args } = JSON.parse(text) as { args: [string, number, string] };
  expect(createVerify('RSA-SHA256').update('GET/realtime11000').verify(publicKey, args[2], 'base64')).toBe(true);
});
