/** Clients with strict types fail at the first documented field that is missing: each is there, with nothing in it where nothing is known. */
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const venues = new PaperVenues();
let venue: PaperVenue;

beforeAll(async () => {
  venue = await venues.start();
  await createOrder(venue.url, marketOrder('filled'));
  await createOrder(venue.url, marketOrder('resting', { orderType: 'Limit', price: '1000.0' }));
});

afterAll(() => venues.cleanUp());

const ORDER =
  'avgPrice basePrice blockTradeId cancelType closeOnTrigger createType createdTime cumExecFee cumExecQty cumExecValue ' +
  'cumFeeDetail extraFees isLeverage lastPriceOnCreated leavesQty leavesValue marketUnit ocoTriggerBy orderId orderIv ' +
  'orderLinkId orderStatus orderType parentOrderLinkId placeType positionIdx price qty reduceOnly rejectReason rpiMatchedQty ' +
  'rpiTakerAccess side slLimitPrice slTriggerBy slippageTolerance slippageToleranceType smpGroup smpOrderId smpType stopLoss ' +
  'stopOrderType symbol takeProfit timeInForce tpLimitPrice tpTriggerBy tpslMode triggerBy triggerDirection triggerPrice updatedTime';
const EXECUTION =
  'blockTradeId closedSize createType execFee execFeeV2 execId execPrice execQty execTime execType execValue extraFees ' +
  'feeCurrency feeRate indexPrice isMaker leavesQty markIv markPrice orderId orderLinkId orderPrice orderQty orderType seq ' +
  'side stopOrderType symbol tradeIv underlyingPrice';
const WALLET =
  'accountIMRate accountIMRateByMp accountLTV accountMMRate accountMMRateByMp accountType coin totalAvailableBalance ' +
  'totalEquity totalInitialMargin totalInitialMarginByMp totalMaintenanceMargin totalMaintenanceMarginByMp totalMarginBalance ' +
  'totalPerpUPL totalWalletBalance';
const COIN =
  'accruedInterest availableToBorrow availableToWithdraw bonus borrowAmount coin colRes collateralSwitch cumRealisedPnl ' +
  'equity free locked marginCollateral spotBorrow spotHedgingQty totalOrderIM totalPositionIM totalPositionMM unrealisedPnl ' +
  'usdValue walletBalance';
const POSITION =
  'adlRankIndicator autoAddMargin avgPrice breakEvenPrice bustPrice createdTime cumRealisedPnl curRealisedPnl delta gamma ' +
  'isReduceOnly leverage leverageSysUpdatedTime liqPrice markPrice mmrSysUpdatedTime openTime positionBalance positionIM ' +
  'positionIMByMp positionIdx positionMM positionMMByMp positionStatus positionValue riskId riskLimitValue seq ' +
  'sessionAvgPrice side size stopLoss symbol takeProfit theta tpslMode tradeMode trailingStop unrealisedPnl updatedTime vega';
const INSTRUMENT =
  'baseCoin contractType copyTrading deliveryFeeRate deliveryTime displayName forbidUplWithdrawal fundingInterval isPreListing launchTime ' +
  'leverageFilter lotSizeFilter lowerFundingRate preListingInfo priceFilter priceScale quoteCoin riskParameters settleCoin ' +
  'status symbol symbolId symbolType unifiedMarginTrade upperFundingRate';
const TICKER =
  'ask1Price ask1Size basis basisRate basisRateYear bid1Price bid1Size curPreListingPhase deliveryFeeRate deliveryTime ' +
  'fundingCap fundingIntervalHour fundingRate highPrice24h indexPrice lastPrice lowPrice24h markPrice nextFundingTime ' +
  'openInterest openInterestValue preOpenPrice preQty predictedDeliveryPrice prevPrice1h prevPrice24h price24hPcnt ' +
  'singleOpenInterest singleOpenInterestValue symbol turnover24h volume24h';

test.each([
  ['an open order', '/v5/order/realtime', {}, ORDER],
  ['an order that ended', '/v5/order/history', {}, ORDER],
  ['a fill', '/v5/execution/list', {}, EXECUTION],
  ['a wallet', '/v5/account/wallet-balance', { accountType: 'UNIFIED' }, WALLET],
  ['a position', '/v5/position/list', {}, POSITION],
  ['an instrument', '/v5/market/instruments-info', {}, INSTRUMENT],
  ['a price', '/v5/market/tickers', {}, TICKER],
])('%s has every documented field', async (_, path, query, fields) => {
  const [row = {}] = rows(
    await signedRequest(venue.url, 'GET', path, { category: 'linear', symbol: 'BTCUSDT', ...query }),
  );
  const missing = (all: string, of: object): string[] => all.split(' ').filter((field) => !(field in of));
  expect(missing(fields, row)).toEqual([]);
  const coins = (row as { coin?: object[] }).coin ?? [];
  expect(coins.flatMap((coin) => missing(COIN, coin))).toEqual([]);
});
