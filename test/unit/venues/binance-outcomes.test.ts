import fc from 'fast-check';
import { PLACE_ORDER_CODES, REQUEST_CODES } from '../../../src/venues/binance/outcome-codes';
import type { BinanceMarket } from '../../../src/venues/binance/outcome-codes';
import {
  classifyCancelOrderReply,
  classifyPlaceOrderReply,
  classifyReadReply,
} from '../../../src/venues/binance/outcomes';
import { completeReply, failedReply, readTestData, RECEIVED_AT_MS } from './test-data';
import type { ReplyCase } from './test-data';

const MARKETS: readonly BinanceMarket[] = ['spot', 'usdm'];

function expectCase(
  row: ReplyCase,
  classify: (reply: ReturnType<typeof completeReply>) => { retryAtMs?: number },
): void {
  const outcome = classify(completeReply(row));
  expect(outcome).toMatchObject({ kind: row.kind, httpStatus: row.status });
  expect(outcome.retryAtMs).toBe(row.retryAfterMs === undefined ? undefined : RECEIVED_AT_MS + row.retryAfterMs);
}

describe.each(MARKETS)('binance %s', (market) => {
  const rows = readTestData<ReplyCase[]>('binance', 'place-order.json').filter((row) => row.markets?.includes(market));

  it.each(rows)('placing, $name: $kind', (row) => {
    expectCase(row, (reply) => classifyPlaceOrderReply(market, reply, 'client-1'));
  });

  it.each([...PLACE_ORDER_CODES[market], ...REQUEST_CODES])('placing: %s is %s', (code, kind) => {
    const reply = completeReply({ status: 400, body: { code: Number(code), msg: 'text' } });
    expect(classifyPlaceOrderReply(market, reply, 'client-1')).toMatchObject({ kind, venueCode: code });
  });

  it('a code as long as a page is no acceptance, and only its beginning is kept', () => {
    const reply = completeReply({ status: 200, body: { code: '0'.repeat(100_000), orderId: 1 } });
    const outcome = classifyPlaceOrderReply(market, reply, 'client-1');
    expect(outcome.kind).toBe('UNKNOWN');
    expect(JSON.stringify(outcome).length).toBeLessThan(1_000);
  });

  it('an unlisted code is UNKNOWN whatever the status, except where the status itself refuses', () => {
    const known = new Set(['-2010', ...PLACE_ORDER_CODES[market].keys(), ...REQUEST_CODES.keys()]);
    const codes = fc.integer().filter((code) => !known.has(String(code)));
    const statuses = fc.integer({ min: 100, max: 999 }).filter((status) => ![418, 429, 451].includes(status));
    fc.assert(
      fc.property(codes, statuses, fc.string(), (code, status, msg) => {
        const reply = completeReply({ status, body: { code, msg, orderId: 1 } });
        return classifyPlaceOrderReply(market, reply, 'client-1').kind === 'UNKNOWN';
      }),
    );
  });

  it('no answer to a request that left is UNKNOWN, one that did not leave is NOT_PLACED', () => {
    const classify = (sent: boolean) =>
      classifyPlaceOrderReply(market, failedReply({ sent, errorName: 'NetworkError' }), 'client-1').kind;
    expect([classify(true), classify(false)]).toEqual(['UNKNOWN', 'NOT_PLACED']);
  });
});

it.each(readTestData<ReplyCase[]>('binance', 'cancel-order.json'))('binance cancelling, $name: $kind', (row) => {
  expectCase(row, classifyCancelOrderReply);
});

it.each(readTestData<ReplyCase[]>('binance', 'read.json'))('binance reading, $name: $kind', (row) => {
  expectCase(row, classifyReadReply);
});
