import fc from 'fast-check';
import {
  cleanMessage,
  OUTCOME_MESSAGE_CHARACTERS_MAX,
  RETRY_DELAY_MAX_MS,
  retryAfterAtMs,
} from '../../../src/venues/ccxt/venue-reply';
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
