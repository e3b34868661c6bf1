import { z } from 'zod';
import { parseDecimal } from '../domain/decimal';
import { faultOfStrategyName, STRATEGY_UNITS_MAX } from '../domain/readable-text';
import { GATES, STOP_SOURCES } from '../domain/model-gate/types';
import { GROUPS_MAX } from '../domain/risk/types';
import { TRADING_ENVIRONMENTS } from '../domain/trading-venue';
import { VENUE_ADAPTERS, VENUE_REGIONS } from '../venues/definitions';
import {
  faultOfListenHost,
  faultOfNamespace,
  faultOfServerAddress,
  LISTEN_HOST_FORM,
  SERVER_ADDRESS_FORM,
} from './address-text';
import { hooks } from './hooks-schema';

/*
 * A type states what is allowed either by its bounds or, where bounds cannot say it, by `describe`: messages and the
 * list of settings are made from these (allowed-values.ts).
 */

/** Where a model may run; no-cpu: nowhere rather than on the processor. */
const EXECUTION_PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml', 'no-cpu'] as const;

/** Whether a text is a decimal number as the domain reads it, and within bounds. */
function isDecimal(text: string, isWithin: (value: NonNullable<ReturnType<typeof parseDecimal>>) => boolean): boolean {
  const value = parseDecimal(text);
  return value !== undefined && isWithin(value);
}

const DIGITS = 'at most 20 digits before and 18 after the point';
/** A decimal string above zero, such as `0.02`; never a binary fraction. */
const positiveDecimal = z
  .string()
  .refine((text) => isDecimal(text, (value) => !value.isZero()))
  .describe(`a decimal number above zero in quotes, such as "0.02", with ${DIGITS}`);
const decimal = z
  .string()
  .refine((text) => isDecimal(text, () => true))
  .describe(`a decimal number, zero or more, in quotes, such as "100", with ${DIGITS}`);
/** A part of a whole that has to be there. */
const fraction = z
  .string()
  .refine((text) => isDecimal(text, (value) => !value.isZero() && value.lessThanOrEqualTo(1)))
  .describe(`a decimal number above zero, at most 1, in quotes, such as "0.02", with ${DIGITS}`);
/** Added to a whole, or taken off it: none or a part of it. */
const surcharge = z
  .string()
  .refine((text) => isDecimal(text, (value) => value.lessThanOrEqualTo(1)))
  .describe(`a decimal number from 0 to 1 in quotes, such as "0.02", with ${DIGITS}`);
/** Of a UTC day. */
const MINUTES_PER_DAY = 1_440;
const smallFraction = z
  .string()
  .refine((text) => isDecimal(text, (value) => !value.isZero() && value.lessThan(1)))
  .describe(`a decimal number above zero and below 1 in quotes, such as "0.0002", with ${DIGITS}`);
const fee = z
  .string()
  .refine((text) => isDecimal(text, (value) => value.lessThan(1)))
  .describe(`a decimal number from 0 to below 1 in quotes, such as "0.00055", with ${DIGITS}`);
/** Text that a rule judges in words of its own. @param faultOf returns words that follow "it" */
function judgedText(faultOf: (text: string) => string | undefined, described: string): z.ZodString {
  return z
    .string()
    .superRefine((text, context) => {
      const fault = faultOf(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', params: { fault } });
    })
    .describe(described);
}

/** As intake takes them: the model's signals are judged there, too. */
const strategyName = judgedText(
  faultOfStrategyName,
  `text of 1 to ${STRATEGY_UNITS_MAX} characters that can be seen, without blanks around it`,
);
const port = z.int().min(1).max(65_535);
const share = z.number().gt(0).max(1);
const signalCount = z.int().min(1).max(1_000_000);
const symbol = z
  .string()
  .regex(/^[A-Z0-9]{2,30}$/)
  .describe('a symbol in upper case, such as BTCUSDT');
const venueName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/)
  .describe('a name of lower-case letters, digits and hyphens, such as bybit');

const hostName = z
  .string()
  .regex(/^[a-z0-9.-]{1,253}(:\d{1,5})?$/i)
  .describe('a host name, with or without a port, such as trading.example');

const window = { limit: z.int().min(1).max(1_000_000), windowMs: z.int().min(100).max(3_600_000) };
const windowLimit = z.strictObject({
  ...window,
  weight: z.int().min(1).max(1_000).default(1),
  /** Further windows over the same requests. */
  also: z.array(z.strictObject(window)).max(2).optional(),
});

/** What the paper account is like. */
const paperAccount = z.strictObject({
  accountId: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .describe('a number of 1 to 15 digits in quotes, such as "100000001"'),
  isMainAccount: z.boolean(),
  kind: z.enum(['unified', 'unified_old', 'classic']),
  marginMode: z.enum(['cross', 'isolated', 'portfolio']),
  positionMode: z.enum(['one_way', 'hedge']),
  feesInMnt: z.boolean(),
  mntBalance: decimal,
  mntPrice: positiveDecimal,
  refusesPricesOutsideBand: z.boolean(),
  untradable: z.array(symbol).min(0).max(200),
  key: z.strictObject({
    isReadOnly: z.boolean(),
    mayOrder: z.boolean(),
    mayPosition: z.boolean(),
    mayWithdraw: z.boolean(),
    mayTransfer: z.boolean(),
    isBoundToAddress: z.boolean(),
    /** Counted from the venue's start; 0: it has ended. Absent: it does not end. */
    endsInDays: z.int().min(0).max(3_650).optional(),
  }),
  maintenance: z.enum(['none', 'scheduled', 'ongoing']),
});

const venueLimits = z.strictObject({
  global: windowLimit,
  endpoints: z.record(z.enum(['market_data', 'order', 'account']), windowLimit.optional()).default({} as never),
});

const venue = z.strictObject({
  adapter: z.enum(VENUE_ADAPTERS),
  environment: z.enum(TRADING_ENVIRONMENTS),
  /** Whose accounts it serves; absent: the global one. */
  region: z.enum(VENUE_REGIONS).optional(),
  symbols: z.array(symbol).min(1).max(200),
  settleAsset: z
    .string()
    .regex(/^[A-Z0-9]{2,10}$/)
    .describe('an asset in upper case, such as USDT'),
  leverage: z.int().min(1).max(100),
  /** What is done at the start where the account has another leverage; absent: set in paper, compare elsewhere. */
  leverageAtVenue: z.enum(['set', 'compare']).optional(),
  /** true: a key that may withdraw is accepted. Absent: it is refused. */
  allowWithdrawalKey: z.boolean().optional(),
  /** false: its private stream is not opened, and orders are asked about instead. Absent: true. */
  privateStream: z.boolean().optional(),
  /** false: its public stream is not opened, and candles are asked for instead. Absent: true. */
  publicStream: z.boolean().optional(),
  receiveWindowMs: z.int().min(1_000).max(60_000),
  clockSkewMs: z.int().min(0).max(10_000),
  requestTimeoutMs: z.int().min(100).max(60_000),
  limits: venueLimits,
});

const triggerPrice = z.enum(['mark', 'last']);

/** See ProtectionSettings. */
const protection = z.strictObject({
  required: z.boolean(),
  stopLossFraction: smallFraction.nullable(),
  takeProfitFraction: smallFraction.nullable(),
  trailingFraction: smallFraction.nullable(),
  breakEvenFraction: smallFraction.nullable(),
  partialTakeProfitFraction: smallFraction.nullable(),
  partialTakeProfitShare: smallFraction,
  maxHoldingMinutes: z.int().min(1).max(525_600).nullable(),
  stopDistanceMin: smallFraction,
  stopDistanceMax: smallFraction,
  stopTrigger: triggerPrice,
  targetTrigger: triggerPrice,
  unprotectedMaxSeconds: z.int().min(1).max(3_600),
  closeUnprotectedAfterSeconds: z.int().min(5).max(3_600),
  whileHalted: z.enum(['keep', 'keepAndClose']),
  moveLeast: smallFraction,
  moveIntervalSeconds: z.int().min(1).max(3_600),
});

/** See PositionSettings. */
const positions = z.strictObject({
  adds: z.int().min(0).max(1_000_000),
  onOpposite: z.enum(['exit', 'deny', 'net']),
  foreign: z.enum(['alert', 'protect']),
  reportIntervalSeconds: z.int().min(1).max(60),
});

const multiple = z
  .string()
  .refine((text) => isDecimal(text, (value) => !value.isZero() && value.lessThanOrEqualTo(1_000_000)))
  .describe(`a decimal number above zero, at most 1000000, in quotes, such as "0.25", with ${DIGITS}`);
const countMax = z.int().min(1).max(1_000_000);
const minutes = z.int().min(0).max(525_600);

/** See RiskSettings. */
const risk = z.strictObject({
  orderValueMax: positiveDecimal.nullable(),
  priceBandFraction: smallFraction.nullable(),
  perSymbol: multiple.nullable(),
  total: multiple.nullable(),
  groups: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
      z.strictObject({ symbols: z.array(symbol).min(1).max(200), limit: multiple }),
    )
    .refine((groups) => Object.keys(groups).length <= GROUPS_MAX)
    .describe(`at most ${GROUPS_MAX} groups by names of lower-case letters, digits and hyphens`),
  positionsMax: countMax.nullable(),
  entriesPerMinute: countMax.nullable(),
  entriesPerDay: countMax.nullable(),
  dailyLossFraction: smallFraction.nullable(),
  onDailyLoss: z.enum(['block', 'flatten']),
  drawdownFraction: smallFraction.nullable(),
  lossStreak: z.int().min(1).max(1_000).nullable(),
  lossStreakMinutes: minutes,
  coolDownMinutes: minutes,
  coolDownAfterStopMinutes: minutes,
});

/** Every setting of the product. config/default.yaml holds the defaults with their meanings. */
export const configSchema = z.strictObject({
  dataDir: z.string().min(1),
  /** The venue that signals trade on: a key of `venues`. */
  venue: venueName,
  venues: z.record(venueName, venue),
  signals: z.strictObject({
    dedupWindowSeconds: z.int().min(60).max(86_400),
    timeToLiveSeconds: z.int().min(1).max(86_400),
    /** Which strategies may trade, beside the model's; absent: every one. */
    strategies: z.array(strategyName).max(1_000).optional(),
    perStrategyBurst: signalCount,
    perStrategyPerMinute: signalCount,
    /** Strategies that are in no list and were not seen since the start: so many more in a minute. */
    newStrategiesPerMinute: signalCount,
    burst: signalCount,
    perMinute: signalCount,
    /** Entries are refused while so many signals are under way. */
    openMax: signalCount,
  }),
  storage: z.strictObject({
    /** With less free on the disk that holds dataDir no entries are taken; 0: it is not looked at. */
    minimumFreeMb: z.int().min(0).max(1_000_000),
  }),
  rateLimits: z.strictObject({
    safetyMargin: share,
    exitSafetyMargin: share,
    permitValidityMs: z.int().min(100).max(30_000),
  }),
  sizing: z.strictObject({
    fractionOfFree: fraction,
    /** Added to what an order needs when funds are reserved. */
    safetyMargin: surcharge,
    priceMaxAgeMs: z.int().min(100).max(60_000),
  }),
  balances: z.strictObject({ updateIntervalSeconds: z.int().min(1).max(3_600) }),
  orders: z.strictObject({
    /** Delays between look-ups of an order that is open or unknown: first, growth, largest. */
    lookUpDelayMs: z.int().min(50).max(60_000),
    lookUpDelayGrowth: z.number().min(1).max(10),
    lookUpDelayMaxMs: z.int().min(1_000).max(3_600_000),
    /** An order that stays UNKNOWN longer than this raises an alert. */
    unknownAlertSeconds: z.int().min(1).max(86_400),
  }),
  protection,
  positions,
  risk,
  ml: z.strictObject({
    enabled: z.boolean(),
    model: z.string().min(1),
    strategy: strategyName,
    candleIntervalMinutes: z.union([z.literal(1), z.literal(5)]),
    /** How long after a candle's close it is fetched. */
    closeDelayMs: z.int().min(0).max(30_000),
    /** Absent: demo in paper, costs elsewhere. */
    gate: z.enum(GATES).optional(),
    /** No prediction of less, up or down, becomes a signal. */
    minimumReturn: positiveDecimal,
    slippageMargin: surcharge,
    /** The least chance of a net gain, with the gate of costs. */
    netGainChanceMin: surcharge,
    /** Of a round trip: for strength and live score, which must not depend on the price of the moment. */
    assumedCosts: surcharge,
    /** Absent: a model of any age gives signals. */
    modelAgeMaxDays: z.int().min(1).max(36_500).optional(),
    /** The least share of 90 % intervals that have to hold. */
    coverageMin: surcharge,
    coverageOutcomes: z.int().min(100).max(100_000),
    horizonMinutes: z.int().min(1).max(1_440),
    coolDownMinutes: z.int().min(0).max(1_440),
    stopFrom: z.enum(STOP_SOURCES),
    /** 0: as for every other signal; so it is with the next two. */
    stopAdverseMultiple: decimal,
    stopVolatilityMultiple: decimal,
    targetVolatilityMultiple: decimal,
    /** In quote units; 0: sizing alone decides. */
    riskPerTrade: decimal,
    /** Tried in this order; the processor comes last unless no-cpu stands among them. */
    executionProviders: z.array(z.enum(EXECUTION_PROVIDERS)).min(1).max(EXECUTION_PROVIDERS.length),
    retrain: z.strictObject({
      enabled: z.boolean(),
      everyHours: z.int().min(1).max(720),
      /** A folder of candle files, as training/README.md describes them. */
      dataDir: z.string().min(1).optional(),
      timeoutMinutes: z.int().min(5).max(1_440),
    }),
  }),
  paperVenue: z.strictObject({
    port,
    seed: z
      .int()
      .min(0)
      .max(2 ** 31),
    balance: positiveDecimal,
    /** A folder of candle files; absent: the seeded simulator. */
    candlesDir: z.string().min(1).optional(),
    spreadFraction: smallFraction,
    /** How far the mark price strays from the last price at most, a fraction of it; zero: it is the last price. */
    markBasisFraction: fee,
    takerFee: fee,
    makerFee: fee,
    /** Of symbols whose leverage was never set there. */
    leverage: z.int().min(1).max(100),
    account: paperAccount,
    /** How far from the market limit prices may lie, fractions of the price; absent: as far as the instrument allows. */
    priceBand: z.strictObject({ x: smallFraction, y: smallFraction }).optional(),
    /** Payments between who is long and who is short, on whole multiples of the interval since midnight UTC. */
    funding: z.strictObject({
      isOn: z.boolean(),
      intervalMinutes: z
        .int()
        .refine((minutes) => minutes > 0 && MINUTES_PER_DAY % minutes === 0)
        .describe(`a whole number of minutes that divides a day, ${MINUTES_PER_DAY}, such as 480`),
    }),
    /** Whether queries of the past answer for as long as the venue it plays documents. */
    documentedRetention: z.boolean(),
    /** What the paper venue enforces; absent: the venue's own configured limits. */
    limits: venueLimits.optional(),
    /** Whether it enforces the windows as well that the venue it plays documents, and the engine keeps to them. */
    documentedLimits: z.boolean(),
  }),
  temporal: z.strictObject({
    /** Set: use this server. Absent: run the embedded one. */
    address: judgedText(faultOfServerAddress, SERVER_ADDRESS_FORM).optional(),
    namespace: judgedText(faultOfNamespace, '2 to 64 letters, digits and hyphens'),
    port,
    /** auto: in paper only. */
    webUi: z.enum(['auto', 'on', 'off']),
    uiPort: port,
    retentionHours: z
      .int()
      .min(24)
      .max(24 * 365),
    /** false: a live start needs a server that asks who is there. */
    allowUnauthenticatedServer: z.boolean(),
    maxCachedWorkflows: z.int().min(10).max(100_000),
  }),
  api: z.strictObject({
    host: judgedText(faultOfListenHost, LISTEN_HOST_FORM),
    port,
    bodyLimitBytes: z.int().min(256).max(1_048_576),
    /** Names, with or without a port, that a request's Host header may also have. */
    allowedHosts: z.array(hostName).min(0).max(16),
    requireToken: z.enum(['auto', 'always']),
  }),
  hooks,
  workers: z.strictObject({
    heartbeatTimeoutSeconds: z.int().min(5).max(3_600),
    /** Calls in flight per entity workflow and process. */
    entityCallsMax: z.int().min(1).max(64),
    /** Candles take one for as long as the limits make them wait; orders need another. */
    activitiesMax: z.int().min(2).max(1_000),
    workflowTasksMax: z.int().min(2).max(1_000),
    /** The SDK needs one poll for the worker's own queue and one for everybody's. */
    pollsMax: z.int().min(2).max(100),
    shutdownGraceMs: z.int().min(0).max(8_000),
  }),
  alerts: z.strictObject({
    /** So many errors of one process in a minute are worth a message. */
    errorsPerMinute: z.int().min(1).max(100_000),
    /** A process that uses more of its memory than this share is. */
    memoryShare: share,
    /** So many candles without a prediction are. */
    predictionsMissed: z.int().min(1).max(1_000),
    /** Free funds below this are, by asset; none: nothing is. */
    balanceLow: z.record(
      z
        .string()
        .regex(/^[A-Z0-9]{2,20}$/)
        .describe('an asset in upper case, such as USDT'),
      positiveDecimal,
    ),
  }),
  logging: z.strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error']),
    keepDays: z.int().min(1).max(3_650),
    bytesPerDayMax: z.int().min(100_000).max(10_000_000_000),
  }),
});

export type Config = z.infer<typeof configSchema>;
export type VenueConfig = Config['venues'][string];
