import fc from 'fast-check';
import {
  cleanMessage,
  OUTCOME_MESSAGE_CHARACTERS_MAX,
  RETRY_DELAY_MAX_MS,
  REDACTION_WORK_MAX,
  replyFromTrace,
  retryAfterAtMs,
} from '../../../src/venues/ccxt/venue-reply';
import { rememberSecret } from '../../../src/secrets/known-secrets';
import { completeReply, RECEIVED_AT_MS } from './test-data';

describe('cleanMessage', () => {
  it.each([
    ['the signed string', 'error sign! origin_string[1672738134824KEYKEY5000{"a":1}]', 'KEYKEY'],
    ['an unclosed signed string', 'error sign! origin_string[1672738134824KEYKEY5000', 'KEYKEY'],
    ['an address', 'GET https://host/api/v3/order?timestamp=1&signature=abcdef failed', 'abcdef'],
    ['a bare query', 'bad request symbol=BTCUSDT&signature=abcdef', 'abcdef'],
    ['a header', '{"X-BAPI-API-KEY":"abcdef"}', 'abcdef'],
    ['a long token', `token ${'a1'.repeat(32)}`, 'a1a1'],
  ])('removes %s', (_name, text, secret) => {
    expect(cleanMessage(text)).not.toContain(secret);
  });

  it('leaves an ordinary text and a client order id alone', () => {
    const text = 'Bybit 110072: OrderLinkedID is duplicate: of-0123456789abcdef0123456789abcdef';
    expect(cleanMessage(text)).toBe(text);
  });

  it('is bounded and has no control characters', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), (text) => {
        const cleaned = cleanMessage(text);
        return cleaned.length <= OUTCOME_MESSAGE_CHARACTERS_MAX && !/\p{Cc}/u.test(cleaned);
      }),
    );
  });
});

describe('retryAfterAtMs', () => {
  const at = (value: string) =>
    retryAfterAtMs(completeReply({ status: 429, headers: { 'Retry-After': value }, body: '' }));

  it('reads seconds and dates', () => {
    expect(at('3')).toBe(RECEIVED_AT_MS + 3_000);
    expect(at(new Date(Math.ceil(RECEIVED_AT_MS / 1_000) * 1_000).toUTCString())).toBe(
      Math.ceil(RECEIVED_AT_MS / 1_000) * 1_000,
    );
  });

  it.each(['', 'soon', '-5x'])('ignores %j', (value) => {
    expect(at(value)).toBeUndefined();
  });

  it('does not believe more than the longest ban, nor the past', () => {
    expect(at('99999999999')).toBe(RECEIVED_AT_MS + RETRY_DELAY_MAX_MS);
    expect(at('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(RECEIVED_AT_MS);
  });
});

describe('an answer', () => {
  beforeAll(() => rememberSecret('CANARYKEY7f3a9b2c1dQ'));

  const bodyOf = (value: unknown) =>
    replyFromTrace({ headers: {}, text: JSON.stringify(value) }, undefined, RECEIVED_AT_MS).body;
  const many = (text: string, characters: number) => Array<string>(Math.ceil(characters / text.length)).fill(text);

  it('is kept when it is as large as the list of all markets', () => {
    const market = {
      symbol: 'BTCUSDT',
      status: 'Trading',
      tickSize: '0.10',
      lotSize: { min: '0.001', max: '1190.000' },
    };
    const markets = Array.from({ length: 10_000 }, () => market);
    expect(bodyOf(markets)).toHaveLength(10_000);
  });

  it.each([
    ['base64', many('QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo'.repeat(200), REDACTION_WORK_MAX / 2)],
    ['hexadecimal digits', many('41'.repeat(4_000), REDACTION_WORK_MAX / 2)],
    ['escapes of several kinds', many('%5cu0025&amp;QUJD'.repeat(480), REDACTION_WORK_MAX / 2)],
    ['short texts', many('abcdefghijklmnopqrstu', REDACTION_WORK_MAX / 2)],
    ['names', Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`QUJDREVGR0hJSktMQ${index}`, 1]))],
  ])('that costs too much to look through, for it is full of %s, is no answer', (_, value) => {
    expect(bodyOf(value)).toBeUndefined();
  });
});
