import { gateSettingsOf } from '../../../src/config/gate-settings';
import { rateLimitsOf } from '../../../src/config/rate-limits';
import type { Config } from '../../../src/config/schema';
import { environmentOf } from '../../../src/config/trading-environment';
import { parseDecimal } from '../../../src/domain/decimal';
import { isDenial, type DenialCode } from '../../../src/domain/denial';
import * as ledger from '../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../src/domain/ledger/ledger';
import * as limiter from '../../../src/domain/limiter/limiter';
import { openOrderDelayMs } from '../../../src/domain/look-up-delay';
import type { OrderPlan } from '../../../src/domain/market';
import { judgeAll, NO_VIEWS } from '../../../src/domain/model-gate/gate';
import { areGateSettings } from '../../../src/domain/model-gate/settings';
import { candlePace, LOOK_UP_REQUESTS_MAX, weightOf } from '../../../src/domain/request-budget';
import { checkSend } from '../../../src/domain/send-check';
import type { TradingSignal } from '../../../src/domain/signal';
import { freshBudget, spend } from '../../../src/domain/signal-budget';
import { planOrder } from '../../../src/domain/sizing';
import { VENUE_DEFINITIONS } from '../../../src/venues/definitions';
import { termsFrom } from '../../../workers/trade-terms';
import { market, signal as baseSignal, ticker } from '../domain/fixtures';

const NOW_MS = 1_700_000_000_000;
/** Plenty, so that no denial comes from a poor account: a test of its own has the smallest one. */
const FREE_FUNDS = '100000';
/** What a person understands: the configured share of what is free is less than the venue takes as an order, or more. */
const EXPECTED_OF_SIZING: readonly DenialCode[] = ['BELOW_MINIMUM', 'ABOVE_MAXIMUM'];

const ENTRY: TradingSignal = { ...baseSignal, timestampMs: NOW_MS, amount: '0.01' };
const EXIT: TradingSignal = { ...ENTRY, direction: 'SELL', intent: 'exit' };
const UNSIZED: TradingSignal = { ...ENTRY, amount: undefined };

/** @returns why an entry and an exit do not come through the pure parts of the product; empty: they do */
export function whatStops(config: Config): readonly string[] {
  return [
    ...planFaults(config),
    ...limiterFaults(config),
    ...ledgerFaults(config),
    ...budgetFaults(config),
    ...timeFaults(config),
  ];
}

function planned(config: Config, signal: TradingSignal): OrderPlan | string {
  const venue = config.venues[config.venue]!;
  // Where no rule gives a stop, the sender does.
  const hasOwnStop = signal.intent === 'entry' && config.protection.stopLossFraction === null;
  const plan = planOrder({
    signal: hasOwnStop ? { ...signal, stopLossDistance: '1000' } : signal,
    market: { ...market, takerFee: config.paperVenue.takerFee },
    ticker,
    freeFunds: signal.amount === undefined ? FREE_FUNDS : '',
    fractionOfFree: config.sizing.fractionOfFree,
    safetyMargin: config.sizing.safetyMargin,
    leverage: venue.leverage,
    clientOrderId: 'of-1',
    protection: { settings: config.protection, isAttachable: true },
    bounds: config.risk,
  });
  return isDenial(plan) ? `${plan.code} ${plan.message}` : plan;
}

function planFaults(config: Config): readonly string[] {
  const plans = [ENTRY, EXIT, UNSIZED].map((signal) => planned(config, signal));
  return plans.flatMap((plan, index) => {
    if (typeof plan !== 'string') return [];
    const isExpected = index === 2 && EXPECTED_OF_SIZING.some((code) => plan.startsWith(code));
    return isExpected ? [] : [plan];
  });
}

/** Every request that an entry and an exit may need, each with all the time it takes. */
function limiterFaults(config: Config): readonly string[] {
  const limits = rateLimitsOf(config, config.venues[config.venue]!);
  const { symbolsMax } = candlePace(limits, config.ml.candleIntervalMinutes * 60_000);
  const needs = [
    { endpoint: 'market_data', intent: 'entry' },
    { endpoint: 'market_data', intent: 'exit' },
    { endpoint: 'account', intent: 'entry' },
    { endpoint: 'account', intent: 'exit', weight: LOOK_UP_REQUESTS_MAX * weightOf(limits, 'account') },
    { endpoint: 'order', intent: 'entry', strategy: 'one' },
    { endpoint: 'order', intent: 'exit', strategy: 'one' },
  ] as const;
  const faults = limiter.limitsFault(limits) === undefined ? [] : ['The limits are refused.'];
  for (const need of needs) {
    const { result } = limiter.acquire(limiter.createLimiter(limits), { requestId: 'r', ...need }, NOW_MS);
    if (result.status !== 'granted' || result.waitMs > 0)
      faults.push(`${need.endpoint} for an ${need.intent} is refused`);
  }
  if (config.ml.enabled && symbolsMax === 0) faults.push('Candles never fit.');
  return faults;
}

function ledgerFaults(config: Config): readonly string[] {
  let state: LedgerState = ledger.emptyLedger({ snapshotLagMs: 2_000 });
  const account = { total: FREE_FUNDS, available: FREE_FUNDS, locked: '0' };
  state = ledger.applySnapshot(state, { asOfMs: NOW_MS, assets: { USDT: account } }, NOW_MS).state;
  return [ENTRY, EXIT].flatMap((signal) => {
    const plan = planned(config, signal);
    if (typeof plan === 'string') return [];
    const id = signal.intent;
    const step = ledger.reserve(
      state,
      {
        requestId: `${id}:reserve`,
        reservationId: id,
        asset: plan.asset,
        amount: plan.reserveAmount,
        intent: signal.intent,
        purpose: 'a test',
        metadata: {},
        signalStartedAtMs: NOW_MS,
        expiresAtMs: NOW_MS + config.signals.timeToLiveSeconds * 1_000,
      },
      NOW_MS,
    );
    state = step.state;
    if (step.result.status !== 'reserved') return [`The ledger answers ${JSON.stringify(step.result)}.`];
    return ledger.authorize(state, id).authorized ? [] : ['The ledger authorizes nothing.'];
  });
}

function budgetFaults({ signals }: Config): readonly string[] {
  const limits = {
    all: { burst: signals.burst, perMinute: signals.perMinute },
    perStrategy: { burst: signals.perStrategyBurst, perMinute: signals.perStrategyPerMinute },
    newStrategies: { burst: signals.newStrategiesPerMinute, perMinute: signals.newStrategiesPerMinute },
  };
  let budget = freshBudget();
  return (['entry', 'exit'] as const).flatMap((intent) => {
    const step = spend(budget, limits, { strategy: 'one', intent, standing: 'new' }, 0);
    budget = step.state;
    return step.result.status === 'taken' ? [] : [`An ${intent} is over the budget of ${step.result.spent}.`];
  });
}

/** Times: to live, of permits, of look-ups. */
function timeFaults(config: Config): readonly string[] {
  const venue = config.venues[config.venue]!;
  const terms = termsFrom(config, venue, VENUE_DEFINITIONS[venue.adapter].promises)(ENTRY, NOW_MS);
  const { permitValidityMs } = config.rateLimits;
  const verdict = checkSend({
    nowMs: 1,
    permit: { status: 'granted', askedAtMs: 0, notBeforeMs: 0, expiresAtMs: permitValidityMs },
    authorizedAtMs: 0,
    expiresAtMs: terms.expiresAtMs - NOW_MS,
  });
  const delays = [0, 1, 10, 1_000].map((attempt) => openOrderDelayMs(attempt, terms.lookUpDelays, 0));
  return [
    ...(verdict.step === 'send' ? [] : [`An order in hand is not sent: ${JSON.stringify(verdict)}.`]),
    ...(delays.every((delayMs) => Number.isSafeInteger(delayMs) && delayMs > 0)
      ? []
      : [`Delays are ${delays.join()}.`]),
    ...modelFaults(config),
  ];
}

/** The model's signals: each is one that intake takes. */
function modelFaults(config: Config): readonly string[] {
  const settings = gateSettingsOf(config);
  if (!areGateSettings(settings)) return ['The gate of the model takes no such settings.'];
  const prediction = { symbol: 'BTCUSDT', closeTimeMs: NOW_MS, expectedReturn: 1e9, close: 60_000, deviation: 0.001 };
  const { verdicts } = judgeAll(NO_VIEWS, [prediction], {
    settings,
    environment: environmentOf(config),
    candleIntervalMs: config.ml.candleIntervalMinutes * 60_000,
    costs: { BTCUSDT: { takerFee: '0.00055', bid: '59999', ask: '60001' } },
    nowMs: NOW_MS,
    model: { endOfDataMs: NOW_MS },
  });
  const signal = verdicts[0]?.signal;
  if (signal === undefined) return Number(settings.minimumReturn) > 1e9 ? [] : ['The model makes no signal.'];
  const distances = [signal.stopLossDistance, signal.takeProfitDistance].filter((distance) => distance !== undefined);
  return distances.every((distance) => parseDecimal(distance)?.lessThan(60_000) === true)
    ? []
    : [`The model's stop and target lie ${distances.join()} from the price.`];
}
