// What bybit-api makes of a running paper venue: one line of JSON for each call, as pybit_calls.py writes them. Runs in the folder
// in which the package is installed (PEER_FOLDER).
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { PAPER_URL, PAPER_API_KEY, PAPER_API_SECRET, PEER_FOLDER } = process.env;
const { RestClientV5 } = createRequire(join(PEER_FOLDER, 'package.json'))('bybit-api');
const NOT_SERVED = new Set([404, 10404]);
const LINEAR = { category: 'linear' };
const BTC = { ...LINEAR, symbol: 'BTCUSDT' };

const open = (change = {}) =>
  new RestClientV5({
    key: PAPER_API_KEY,
    secret: PAPER_API_SECRET,
    baseUrl: PAPER_URL,
    parseAPIRateLimits: true,
    ...change,
  });

const client = open();

async function call(name, ask, holds = () => true) {
  console.log(JSON.stringify({ call: name, ...(await outcomeOf(ask, holds)) }));
}

async function outcomeOf(ask, holds) {
  let answer;
  try {
    answer = await ask();
  } catch (error) {
    const code = error?.body?.retCode ?? error?.code;
    if (NOT_SERVED.has(code)) return { came: 'not served' };
    return typeof code === 'number' ? { came: code } : { came: 'failed', reason: String(error?.message ?? error) };
  }
  if (typeof answer === 'object' && answer.retCode !== 0) {
    return { came: NOT_SERVED.has(answer.retCode) ? 'not served' : answer.retCode };
  }
  if (holds(answer.result ?? answer, answer)) return { came: 'worked' };
  return { came: 'failed', reason: `the result is not what was expected: ${JSON.stringify(answer).slice(0, 300)}` };
}

const count = (length) => (result) => result.list.length === length;
const market = { ...BTC, side: 'Buy', orderType: 'Market', qty: '0.01' };
const resting = { ...market, orderType: 'Limit', price: '50000', timeInForce: 'GTC' };
const named = (orderLinkId) => ({ ...BTC, orderLinkId });

await call(
  'server time',
  () => client.fetchServerTime(),
  (seconds) => seconds > 1_700_000_000,
);
await call('kline', () => client.getKline({ ...BTC, interval: '1', limit: 5 }), count(5));
await call('instruments', () => client.getInstrumentsInfo(LINEAR), count(8));
await call('tickers', () => client.getTickers(LINEAR), count(8));
await call(
  'orderbook',
  () => client.getOrderbook(BTC),
  ({ b, a }) => Number(b[0][0]) < Number(a[0][0]),
);
await call('open interest', () => client.getOpenInterest({ ...BTC, intervalTime: '5min' }));
await call('wallet', () => client.getWalletBalance({ accountType: 'UNIFIED' }), count(1));
await call(
  'account',
  () => client.getAccountInfo(),
  ({ unifiedMarginStatus }) => unifiedMarginStatus === 6,
);
await call(
  'api key',
  () => client.getQueryApiKey(),
  ({ readOnly }) => readOnly === 0,
);
await call('fee rates', () => client.getFeeRate(BTC), count(1));
await call('leverage', () => client.setLeverage({ ...BTC, buyLeverage: '5', sellLeverage: '5' }));
await call('position mode again', () => client.switchPositionMode({ ...BTC, mode: 0 }));
await call(
  'market order',
  () => client.submitOrder({ ...market, orderLinkId: 'market' }),
  (_, { rateLimitApi }) => rateLimitApi.maxRequests > 0,
);
await call('order of a used id', () => client.submitOrder({ ...market, orderLinkId: 'market' }));
await call('limit order', () => client.submitOrder({ ...resting, orderLinkId: 'resting' }));
await call('open orders', () => client.getActiveOrders(BTC), count(1));
await call(
  'order by its id',
  () => client.getActiveOrders(named('market')),
  ({ list }) => list[0].orderStatus === 'Filled',
);
await call('amend', () => client.amendOrder({ ...named('resting'), price: '51000' }));
await call('cancel', () => client.cancelOrder(named('resting')));
await call('cancel again', () => client.cancelOrder(named('resting')));
await call('another limit order', () => client.submitOrder(resting));
await call('cancel all', () => client.cancelAllOrders(BTC), count(1));
await call('order history', () => client.getHistoricOrders(BTC), count(3));
await call('executions', () => client.getExecutionList(BTC), count(1));
await call(
  'position',
  () => client.getPositionInfo(BTC),
  ({ list }) => list[0].size === '0.01',
);
await call('closing order', () => client.submitOrder({ ...market, side: 'Sell', reduceOnly: true }));
await call('closed profit', () => client.getClosedPnL(BTC), count(1));
await call('batch of orders', () => client.batchSubmitOrders('linear', [market]));
await call('wrong signature', () => open({ secret: 'wrong' }).getWalletBalance({ accountType: 'UNIFIED' }));
