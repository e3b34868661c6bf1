// Binance has no adapter, so the answers are classified without HTTP; the numbers are those of the contract.
import { PLACE_ORDER_CODES, REQUEST_CODES } from '../../../src/venues/binance/outcome-codes';
import type { BinanceMarket } from '../../../src/venues/binance/outcome-codes';
import { classifyPlaceOrderReply } from '../../../src/venues/binance/outcomes';
import { completeReply, readTestData } from '../../unit/venues/test-data';
import type { DocumentedCode } from '../venue-under-test';

interface BinanceCode extends DocumentedCode {
  readonly markets: readonly BinanceMarket[];
}

/** -2010 is the engine's refusal of a new order: its text decides. */
const DECIDED_BY_TEXT = [-2010];
const MARKETS: readonly BinanceMarket[] = ['spot', 'usdm'];
const documented = readTestData<{ readonly codes: readonly BinanceCode[] }>('binance', 'documented-codes.json').codes;

describe.each(MARKETS)('binance %s', (market) => {
  const codes = documented.filter(({ markets }) => markets.includes(market));
  const kindsAt = (status: number) =>
    codes.map(({ code, says }) => [
      code,
      classifyPlaceOrderReply(market, completeReply({ status, body: { code, msg: says } }), 'client-1').kind,
    ]);

  it('VA-22 every documented refusal of an order is classified on purpose', () => {
    const isClassified = (code: number) =>
      PLACE_ORDER_CODES[market].has(String(code)) || REQUEST_CODES.has(String(code)) || DECIDED_BY_TEXT.includes(code);
    expect(codes.filter(({ code }) => !isClassified(code))).toEqual([]);
  });

  it('VA-22 every documented refusal proves what its data file says', () => {
    expect(kindsAt(400)).toEqual(codes.map(({ code, outcome }) => [code, outcome]));
  });

  it('VA-22 a documented refusal inside a server failure frees no funds', () => {
    const kinds = new Set(kindsAt(500).map(([, kind]) => kind));
    expect([...kinds].filter((kind) => kind !== 'UNKNOWN' && kind !== 'RATE_LIMITED')).toEqual([]);
  });
});
