import type { PageEnvironment, PageHello, PageSectionName, PageSignal, PageValues } from '../../src/page/feed';

/*
 * What a page may have to show: made up, in the forms that the API has.
 */

/** What a fake API tells. */
export interface Situation {
  readonly hello: PageHello;
  /** Of what is absent nothing was ever read. */
  readonly values: Partial<PageValues>;
  readonly problems?: Readonly<Partial<Record<PageSectionName, string>>>;
  /** How long ago sections were read, milliseconds; absent: just now. */
  readonly agesMs?: Readonly<Partial<Record<PageSectionName, number>>>;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** @param agoMs below zero: to come */
export function ago(agoMs: number): string {
  return new Date(Date.now() - agoMs).toISOString();
}

function hello(environment: PageEnvironment, more: Partial<PageHello> = {}): PageHello {
  return {
    environment,
    venue: environment === 'paper' ? 'paper' : 'bybit',
    version: '0.1.0',
    now: ago(0),
    web_ui: 'http://127.0.0.1:8233',
    may_trade: true,
    who: 'someone over HTTP from this machine',
    confirms_acts: environment === 'live',
    symbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
    settle_asset: 'USDT',
    ...more,
  };
}

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];
const STRATEGIES = ['trend-4h', 'mean-reversion', 'lightgbm-3'];

function fingerprint(index: number): string {
  return (0x3f9a1c00d4e5b6 + index * 7_919).toString(16).padStart(16, '0').slice(-16);
}

type Ending = Partial<PageSignal>;
const ENDINGS: readonly Ending[] = [
  { outcome: 'FILLED' },
  { outcome: 'FILLED' },
  {
    outcome: 'DENIED',
    denial_code: 'INSUFFICIENT_FUNDS',
    detail: 'It needs 512.40 USDT, and 120.15 USDT are free.',
  },
  { outcome: 'FILLED' },
  { outcome: 'PARTIALLY_FILLED' },
  { outcome: 'FILLED', exit_reason: 'TAKE_PROFIT' },
  { outcome: 'DENIED', denial_code: 'POSITION_EXISTS', detail: 'A position of 0.042 BTCUSDT is open already.' },
  { outcome: 'EXPIRED', denial_code: 'SIGNAL_EXPIRED', detail: 'No permit came within 60 s.' },
  { outcome: 'FILLED' },
  { outcome: 'CANCELLED', detail: 'Cancelled by a person: wrong size.' },
  { outcome: 'REJECTED', denial_code: 'VENUE_UNAVAILABLE', detail: 'The venue refused it: 10001 params error.' },
];

function ended(index: number): PageSignal {
  const startedAgoMs = 20 * SECOND_MS + index * 37 * SECOND_MS;
  return {
    fingerprint: fingerprint(index),
    symbol: SYMBOLS[index % 3]!,
    direction: index % 4 === 2 ? 'SELL' : 'BUY',
    strategy: STRATEGIES[index % 3]!,
    status: 'ended',
    started_at: ago(startedAgoMs),
    ended_at: ago(startedAgoMs - 38 - index * 11),
    ...ENDINGS[index % ENDINGS.length],
  };
}

/** One that waits for a permit. */
export function running(index: number, more: Partial<PageSignal> = {}): PageSignal {
  return {
    fingerprint: fingerprint(900 + index),
    symbol: SYMBOLS[index % 3]!,
    direction: 'BUY',
    strategy: STRATEGIES[index % 3]!,
    status: 'running',
    started_at: ago(4 * SECOND_MS),
    state: 'WAITING_FOR_PERMIT',
    wait_until: ago(-9 * SECOND_MS),
    detail: 'the order window is full (72 of 72)',
    ...more,
  };
}

const POSITIONS: PageValues['positions'] = [
  {
    symbol: 'BTCUSDT',
    venue: 'paper',
    state: 'PROTECTED',
    side: 'LONG',
    size: '0.042',
    entry_price: '96412.5',
    mark_price: '96870.1',
    value: '4049.32',
    leverage: '3',
    liquidation_price: '64512.8',
    stop_loss: '95448.3',
    take_profit: '98340.7',
    unrealised_profit: '19.2192',
    opened_at: ago(42 * MINUTE_MS),
    stop_source: 'attached',
    opened_by: [{ fingerprint: fingerprint(0), strategy: 'trend-4h', quantity: '0.042' }],
    marks: [],
    closes_at: ago(-3 * HOUR_MS),
  },
  {
    symbol: 'ETHUSDT',
    venue: 'paper',
    state: 'EXITING',
    side: 'SHORT',
    size: '1.25',
    entry_price: '3410.20',
    mark_price: '3433.75',
    value: '4262.75',
    stop_loss: '3444.30',
    unrealised_profit: '-29.4375',
    opened_at: ago(8 * MINUTE_MS),
    stop_source: 'set',
    opened_by: [{ fingerprint: fingerprint(4), strategy: 'mean-reversion', quantity: '1.25' }],
    marks: ['mixed'],
  },
];

function trade(index: number): Record<string, unknown> {
  const net = ((index % 5) - 1.4) * 13.37;
  return {
    symbol: SYMBOLS[index % 3],
    side: index % 2 === 0 ? 'LONG' : 'SHORT',
    strategy: STRATEGIES[index % 3],
    opened_at: ago((index + 1) * 5 * HOUR_MS + 900 * SECOND_MS),
    closed_at: ago((index + 1) * 5 * HOUR_MS),
    held_seconds: 900 + index * 411,
    quantity: '0.0420',
    entry_price: '96412.5',
    exit_price: '96870.1',
    reason: ['TAKE_PROFIT', 'STOP_LOSS', 'TRAILING_STOP', 'SIGNAL', 'TIME_LIMIT'][index % 5],
    gross: (net + 2.21).toFixed(4),
    fees: '2.2100',
    funding: '0',
    net: net.toFixed(4),
    is_proven: index !== 0,
    opened_by: [fingerprint(index)],
    exit_rounds: 1,
    unprotected_ms: 0,
    marks: index === 0 ? ['estimated'] : [],
  };
}

function trades(): PageValues['trades'] {
  const list = Array.from({ length: 24 }, (_, index) => trade(index));
  let sum = 0;
  const curve = list.toReversed().map(({ closed_at: time, net }) => ({ time, net: (sum += Number(net)).toFixed(4) }));
  return {
    days: 30,
    sum: { trades: 24, won: 14, gross: (sum + 53.04).toFixed(4), fees: '53.0400', funding: '0', net: sum.toFixed(4) },
    trades: list,
    net_over_time: curve,
  };
}

const RULES = [
  { code: 'ORDER_TOO_LARGE', limit: '5000 USDT', value: '4262.75 USDT', is_blocking: false },
  { code: 'POSITION_TOO_LARGE', limit: '5000 USDT', value: '4262.75 USDT', of: 'ETHUSDT', is_blocking: false },
  { code: 'EXPOSURE_LIMIT', limit: '20000 USDT', value: '8312.07 USDT', is_blocking: false },
  { code: 'DAILY_LOSS_LIMIT', limit: '3 %', value: '0.4 %', is_blocking: false },
  { code: 'DRAWDOWN_LIMIT', limit: '10 %', value: '1.1 %', is_blocking: false },
  { code: 'LOSS_STREAK', is_blocking: false, value: '1' },
];

function latency(): PageValues['latency'] {
  return Array.from({ length: 120 }, (_, index) => ({
    time: ago((120 - index) * 5 * SECOND_MS),
    count: 2 + (index % 7),
    p50_ms: 34 + 9 * Math.sin(index / 9),
    p99_ms: 88 + 40 * Math.abs(Math.sin(index / 17)),
  }));
}

function healthyValues(): PageValues {
  return {
    health: {
      status: 'healthy',
      components: Object.fromEntries(
        ['temporal', 'trading_engine', 'ml_manager', 'api', 'system_monitor', 'account', 'signals', 'paper_venue'].map(
          (name) => [name, 'healthy'],
        ),
      ),
      reasons: [],
      uptime: 93_784,
      venue_stream: { state: 'live', for_seconds: 5_412 },
      hand_over: 'works',
    },
    trading: { state: 'active', reason: 'the venue was looked at', since: ago(26 * HOUR_MS) },
    signals: [
      running(0),
      running(1, { state: 'WORKING', wait_until: undefined, detail: undefined }),
      ...Array.from({ length: 32 }, (_, index) => ended(index)),
    ],
    balances: [
      { asset: 'USDT', total: '100249.18264400', free: '91687.11264400', reserved: '8562.07', read_at: ago(800) },
      { asset: 'BTC', total: '0.04200000', free: '0.042', reserved: '0', read_at: ago(800) },
    ],
    limits: {
      windows: [
        { scope: 'orders', interval_ms: 1_000, used: 3, limit: 10 },
        { scope: 'orders', interval_ms: 60_000, used: 41, limit: 600 },
        { scope: 'reads', interval_ms: 1_000, used: 9, limit: 10 },
        { scope: 'address', interval_ms: 5_000, used: 44, limit: 400 },
      ],
    },
    positions: POSITIONS,
    risk: {
      equity: '100249.18',
      day_start_equity: '100102.44',
      positions_as_of: ago(1_500),
      positions: [],
      unprotected: [],
      rules: RULES,
    },
    trades: trades(),
    counts: {
      since: ago(24 * HOUR_MS),
      by_outcome: { FILLED: 1_204, PARTIALLY_FILLED: 17, CANCELLED: 4, REJECTED: 2, DENIED: 216, EXPIRED: 9 },
      denied_since: ago(26 * HOUR_MS),
      by_denial_code: { INSUFFICIENT_FUNDS: 120, POSITION_EXISTS: 61, COOLING_DOWN: 22, SIGNAL_EXPIRED: 13 },
      refused_by_code: { STALE_SIGNAL: 8, UNKNOWN_SYMBOL: 2 },
    },
    latency: latency(),
    alerts: { open: [], silences: [], told_to: 'mail (ops@example.org)' },
    hooks: {
      is_on: true,
      sources: ['tradingview'],
      recent: [
        {
          time: ago(3 * MINUTE_MS),
          source: 'hook tradingview',
          verdict: 'refused',
          code: 'STALE_SIGNAL',
          message: 'Its time is 3600 s ago: {{time}} is when the bar began; use {{timenow}}.',
          fingerprint: fingerprint(77),
        },
        {
          time: ago(9 * MINUTE_MS),
          source: 'http',
          verdict: 'repeated',
          message: 'It was accepted before; nothing was started twice.',
          fingerprint: fingerprint(3),
        },
      ],
    },
  };
}

function troubledValues(): PageValues {
  const values = healthyValues();
  return {
    ...values,
    health: {
      ...values.health,
      status: 'degraded',
      components: { ...values.health.components, account: 'degraded', ml_manager: 'unhealthy' },
      reasons: [
        'ml_manager: no heartbeat for 74 s; it is started again.',
        'account: the venue has banned this address until 14:03:07 UTC; nothing is asked of it until then.',
      ],
      venue_stream: { state: 'given up', for_seconds: 41, fault: 'the venue closed the connection (1006)' },
      hand_over: 'off: the engine does not answer',
    },
    limits: {
      windows: [
        { scope: 'orders', interval_ms: 1_000, used: 10, limit: 10, ends_at: ago(-800) },
        { scope: 'orders', interval_ms: 60_000, used: 540, limit: 600 },
        ...values.limits.windows.slice(2),
      ],
      ban: { until: ago(-95 * SECOND_MS), scope: 'address', reason: 'HTTP 403, access too frequent' },
    },
    positions: [
      ...values.positions.slice(0, 1),
      {
        ...values.positions[1],
        state: 'UNPROTECTED',
        stop_loss: undefined,
        stop_source: undefined,
        unprotected_since: ago(14 * SECOND_MS),
        marks: ['foreign'],
      },
      { symbol: 'SOLUSDT', problem: 'Its workflow does not answer within 2 s.' },
    ],
    risk: {
      ...values.risk,
      equity: '97001.05',
      unprotected: ['ETHUSDT'],
      rules: RULES.map((rule) =>
        rule.code === 'DAILY_LOSS_LIMIT'
          ? { ...rule, value: '3.1 %', is_blocking: true, blocked_until: ago(-5 * HOUR_MS) }
          : rule,
      ),
    },
    alerts: {
      open: [
        {
          rule: 'venue_banned',
          severity: 'critical',
          subject: 'bybit',
          text: 'bybit refuses all requests until 14:03:07 UTC.',
          since: ago(61 * SECOND_MS),
          is_silenced: false,
        },
        {
          rule: 'position_unprotected',
          severity: 'critical',
          subject: 'ETHUSDT',
          text: 'The position in ETHUSDT has no stop at the exchange.',
          since: ago(14 * SECOND_MS),
          is_silenced: false,
        },
        {
          rule: 'clock_off',
          severity: 'warning',
          subject: 'this machine',
          text: "The machine's clock is 3.2 s behind.",
          since: ago(26 * MINUTE_MS),
          is_silenced: true,
        },
      ],
      silences: [
        {
          rule: 'clock_off',
          reason: 'the time server is being moved',
          who: 'token 4f2a (anna)',
          until: ago(-97 * MINUTE_MS),
        },
      ],
      told_to: 'mail (ops@example.org), Telegram',
    },
  };
}

/** As many positions as nobody watches one by one, two without a stop, with names as long as exchanges have them. */
function manyPositions(): PageValues['positions'] {
  return Array.from({ length: 48 }, (_, index) => ({
    ...POSITIONS[index % 2],
    symbol: index % 5 === 0 ? `1000000BABYCOIN${index}USDT` : `COIN${index}USDT`,
    state: 'PROTECTED',
    ...(index % 20 === 13 && { state: 'UNPROTECTED', stop_loss: undefined, unprotected_since: ago(index * SECOND_MS) }),
  }));
}

/** Figures of accounts that trade coins of next to no worth, and of one that owes. */
function extremeValues(): PageValues {
  const values = healthyValues();
  const [long, short] = POSITIONS;
  const tiny = { entry_price: '0.0000000012345', mark_price: '0.0000000012391', stop_loss: '0.00000000111' };
  return {
    ...values,
    balances: [
      { asset: 'USDT', total: '123456789012345.12345678', free: '-0.00000001', reserved: '123456789012345.12345679' },
      { asset: 'PEPE', total: '0.000000000001', free: '0.000000000001', reserved: '0' },
    ],
    positions: [
      { ...long, ...tiny, symbol: '1000PEPEUSDT', size: '99999999999999', unrealised_profit: '123456789012.34' },
      { ...short, size: '0.00000001', mark_price: '1234567891.12345678', unrealised_profit: '-0.0000001' },
    ],
    risk: {
      ...values.risk,
      equity: '-1523.44',
      rules: [{ code: 'EXPOSURE_LIMIT', limit: '20000 USDT', value: '123456789012345.123 USDT', is_blocking: true }],
    },
    latency: [
      { time: ago(5 * SECOND_MS), count: 1, p50_ms: 0.4, p99_ms: 60_000 },
      { time: ago(SECOND_MS), count: 1, p50_ms: 58_000, p99_ms: 300_000 },
    ],
  };
}

/** Everything is an hour old, and nothing can be read. */
function unreadable(): Pick<Situation, 'problems' | 'agesMs'> {
  const names = Object.keys(healthyValues()) as PageSectionName[];
  const problem = 'The Temporal server at 127.0.0.1:7233 does not answer (DEADLINE_EXCEEDED after 2 s).';
  return {
    problems: Object.fromEntries(names.map((name) => [name, problem])),
    agesMs: Object.fromEntries(names.map((name) => [name, HOUR_MS + MINUTE_MS])),
  };
}

const LONG = 'a-strategy-with-a-very-long-name-that-somebody-generated-from-all-of-its-parameters-20x50x200';
const HOSTILE = '<img src=x onerror="document.title=1"><script>alert(1)</script>"\'&‮​';

/** By name, each made anew: its times are of now. */
export const SITUATIONS = {
  paper: (): Situation => ({ hello: hello('paper'), values: healthyValues() }),
  live: (): Situation => ({
    hello: hello('live', { who: 'token 4f2a (anna)' }),
    values: healthyValues(),
  }),
  viewer: (): Situation => ({
    hello: hello('testnet', { may_trade: false, who: 'token 77c1 (wall screen)' }),
    values: healthyValues(),
  }),
  troubled: (): Situation => ({
    hello: hello('live', { who: 'token 4f2a (anna)' }),
    values: troubledValues(),
    agesMs: { balances: 48 * SECOND_MS, trading: 48 * SECOND_MS, limits: 48 * SECOND_MS },
    problems: { balances: 'the account did not answer within 2 s.' },
  }),
  halted: (): Situation => ({
    hello: hello('paper'),
    values: {
      ...healthyValues(),
      trading: {
        state: 'halted',
        reason: 'prices look wrong on two venues, waiting for Anna',
        since: ago(7 * MINUTE_MS),
      },
      signals: Array.from({ length: 6 }, (_, index) => ({
        ...ended(index),
        outcome: 'DENIED',
        denial_code: 'TRADING_HALTED',
        detail: 'Trading is halted: prices look wrong on two venues, waiting for Anna.',
      })),
    },
  }),
  empty: (): Situation => ({
    hello: hello('paper', { web_ui: undefined }),
    values: {
      health: {
        status: 'degraded',
        components: { temporal: 'healthy', trading_engine: 'starting' },
        reasons: ['trading_engine: no heartbeat yet.'],
        uptime: 4,
      },
      signals: [],
      positions: [],
      alerts: { open: [], silences: [], told_to: 'nobody is told' },
      hooks: { is_on: false, sources: [], recent: [] },
      trades: {
        days: 30,
        sum: { trades: 0, won: 0, gross: '0', fees: '0', funding: '0', net: '0' },
        trades: [],
        net_over_time: [],
      },
      latency: [],
      counts: { since: ago(24 * HOUR_MS), by_outcome: {}, by_denial_code: {}, refused_by_code: {} },
    },
    problems: { risk: 'no account of this venue runs.' },
  }),
  crowded: (): Situation => ({
    hello: hello('paper', { who: `token 4f2a (${LONG})` }),
    values: {
      ...healthyValues(),
      signals: Array.from({ length: 100 }, (_, index) => ({
        ...(index < 5
          ? running(index, { detail: `${LONG}: the order window is full (72 of 72), ${LONG}` })
          : ended(index)),
        symbol: '1000000MOGUSDT',
        strategy: `${LONG}-${index}`,
      })),
    },
  }),
  many: (): Situation => ({ hello: hello('live'), values: { ...healthyValues(), positions: manyPositions() } }),
  extreme: (): Situation => ({ hello: hello('live'), values: extremeValues() }),
  away: (): Situation => ({ hello: hello('live'), values: healthyValues(), ...unreadable() }),
  hostile: (): Situation => ({
    hello: hello('paper', { who: HOSTILE, web_ui: 'javascript:alert(1)' }),
    values: {
      ...healthyValues(),
      trading: { state: 'halted', reason: HOSTILE, since: ago(MINUTE_MS) },
      signals: [{ ...ended(2), strategy: HOSTILE, detail: HOSTILE, denial_code: HOSTILE }, ended(1)],
      alerts: {
        open: [
          { rule: HOSTILE, severity: HOSTILE, subject: HOSTILE, text: HOSTILE, since: 'no time', is_silenced: false },
        ],
        silences: [],
        told_to: HOSTILE,
      },
      balances: [{ asset: 'USDT', total: 'NaN', free: '', reserved: '1e9' }],
    },
  }),
} as const satisfies Readonly<Record<string, () => Situation>>;

export type SituationName = keyof typeof SITUATIONS;

/** Of a signal that was denied for want of funds. */
export function explanationOf(signal: PageSignal) {
  const isRunning = signal.status === 'running';
  const failed = isRunning ? 'permitted' : 'funded';
  const gates = [
    'valid',
    'fresh',
    'admitted',
    'unique',
    'sized',
    'trading_state',
    'risk',
    'funded',
    'permitted',
    'sent',
    'confirmed',
    'settled',
    'position',
  ];
  const place = gates.indexOf(failed);
  const isFilled = signal.outcome === 'FILLED';
  const words: Readonly<Record<string, object>> = {
    valid: { actual: `entry ${signal.direction} ${signal.symbol}, strategy ${signal.strategy}` },
    fresh: { actual: '420 ms old when it was taken', limit: 'at most 300 s old' },
    sized: { actual: '0.0053 at price 96412.5 (210 ms old), from 120.15 USDT free, stop 95448.3' },
    trading_state: { limit: 'entries are taken' },
    risk: { actual: 'about 5.12 USDT is lost if its stop is hit, before fees' },
  };
  const deciding = isRunning
    ? { verdict: 'waiting', actual: signal.detail, limit: '72 orders in 60 s', until: signal.wait_until }
    : {
        verdict: 'failed',
        actual: 'It needs 512.40 USDT, and 120.15 USDT are free.',
        code: 'INSUFFICIENT_FUNDS',
        remedy: 'Add funds, or send a smaller order.',
      };
  return {
    fingerprint: signal.fingerprint,
    status: isRunning ? 'running' : 'ended',
    outcome: signal.outcome,
    code: isFilled ? undefined : signal.denial_code,
    summary: signal.detail ?? 'Filled at 96870.1, and booked.',
    source: {
      by: 'model',
      name: 'lightgbm-3',
      expected_return: 0.0012,
      needed_return: 0.0008,
      net_gain_chance: 0.5312,
      net_gain_chance_min: 0.5,
      return_quantiles: [
        { level: 0.05, value: -0.0025 },
        { level: 0.95, value: 0.004 },
      ],
      risk_per_trade: '25',
    },
    decided_by: isFilled ? undefined : failed,
    gates: gates.map((gate, index) => ({
      gate,
      verdict: isFilled || index < place ? 'passed' : 'not_reached',
      ...words[gate],
      ...(!isFilled && index === place && deciding),
    })),
    waits: [
      { gate: 'permitted', since: ago(6_000), until: ago(2_000), reason: 'the order window was full (72 of 72)' },
    ],
    attempts: isFilled
      ? [
          {
            time: ago(1_000),
            result: 'ACCEPTED',
            venue_code: '0',
            http_status: 200,
            message: 'The venue took the order.',
          },
        ]
      : [],
    door: [{ time: ago(900), result: 'repeated', message: 'It was accepted before.', count: 3 }],
  };
}

/** As `GET /api/signals/:fingerprint` answers. */
export function signalBodyOf(signal: PageSignal) {
  const { fingerprint: id, symbol, direction, strategy, started_at: time, outcome, detail } = signal;
  return {
    fingerprint: id,
    venue: 'paper',
    state: signal.state ?? 'ENDED',
    outcome,
    detail,
    signal: { symbol, direction, strategy, timestamp: time, intent: 'entry', amount: '500' },
    order:
      outcome === 'FILLED'
        ? {
            client_order_id: `of-${id}`,
            venue_order_id: '7f31c2d0-11',
            quantity: '0.0053',
            filled_quantity: '0.0053',
            average_price: '96870.1',
            fee: '0.2824',
          }
        : undefined,
    timeline: [
      { time, text: 'received' },
      { time, text: outcome?.toLowerCase() ?? 'waits for a permit' },
    ],
  };
}
