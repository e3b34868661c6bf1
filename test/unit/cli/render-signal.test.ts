import { presentSignal, presentSummary } from '../../../src/api/present-signal';
import { describeIntake, renderSignal, renderSignalList } from '../../../src/cli/render-signal';
import { PLAIN } from '../../../src/cli/terminal';
import type { SignalView } from '../../../src/domain/signal-view';
import type { SignalSummary } from '../../../src/intake/types';

const AT_MS = Date.UTC(2026, 0, 31, 12, 0, 0, 250);

const FILLED: SignalView = {
  fingerprint: '0123456789abcdef',
  venue: 'bybit',
  signal: {
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy: 'manual',
    timestampMs: AT_MS,
    intent: 'entry',
    amount: '0.01',
  },
  state: 'ENDED',
  outcome: 'FILLED',
  detail: 'The order filled completely.',
  reservedAsset: 'USDT',
  reservedAmount: '440.5',
  sendAttempts: 1,
  order: {
    clientOrderId: 'of-1',
    venueOrderId: 'v-9',
    quantity: '0.01',
    filledQuantity: '0.01',
    averagePrice: '43000.5',
    fee: '0.2365',
  },
  timeline: [{ atMs: AT_MS, text: 'received' }],
};

const SUMMARY: SignalSummary = {
  fingerprint: '0123456789abcdef',
  symbol: 'BTCUSDT',
  direction: 'BUY',
  strategy: 'manual',
  venue: 'bybit',
  status: 'ended',
  outcome: 'FILLED',
  startedAtMs: AT_MS,
  endedAtMs: AT_MS + 1_234,
};

describe('renderSignal', () => {
  test('an entry that closes a position of the other side says that it opens nothing', () => {
    const view: SignalView = { ...FILLED, closesOpposite: true };
    expect(renderSignal(view, PLAIN)).toMatch(/^Closes +the SHORT position of BTCUSDT, and opens nothing/m);
    expect(presentSignal(view)).toMatchObject({ closes_opposite: true });
    expect(renderSignal(FILLED, PLAIN)).not.toMatch(/^Closes/m);
    expect(presentSignal(FILLED).closes_opposite).toBeUndefined();
  });

  test.each([
    ['entry', '0', 'fee 0.0024 MNT'],
    ['exit', '0', 'fee 0.0024 MNT'],
    ['entry', '0.1', 'fee 0.1 USDT and 0.0024 MNT'],
  ] as const)('an %s of which something filled shows each fee in its own asset: %s, %s', (intent, fee, sentence) => {
    const order = { ...FILLED.order!, filledQuantity: '0.004', fee, otherFees: { MNT: '0.0024' } };
    const view: SignalView = { ...FILLED, signal: { ...FILLED.signal, intent }, outcome: 'PARTIALLY_FILLED', order };
    expect(renderSignal(view, PLAIN)).toContain(`filled 0.004 of 0.01 at 43000.5, ${sentence}\n`);
    expect(presentSignal(view)).toMatchObject({ order: { fee, other_fees: { MNT: '0.0024' } } });
  });

  test('a filled signal tells request, outcome, order and timeline', () => {
    expect(renderSignal(FILLED, PLAIN).split('\n')).toEqual([
      'BUY BTCUSDT · manual  0123456789abcdef',
      'State     ENDED — FILLED',
      'Why       The order filled completely.',
      'Asked     0.01, market, entry, made 2026-01-31 12:00:00Z',
      'Venue     bybit',
      'Reserved  440.5 USDT',
      'Order     of-1 (venue id v-9): filled 0.01 of 0.01 at 43000.5, fee 0.2365 USDT',
      'Requests  1 to place the order',
      'Timeline (UTC)',
      '  12:00:00.250  received',
    ]);
  });

  test('a signal tells what it asks for its position', () => {
    const signal = { ...FILLED.signal, stopLoss: '42000', takeProfitDistance: '900', trailingDistance: '300' };
    const view = { ...FILLED, signal: { ...signal, maxHoldingSeconds: 600 } };
    expect(renderSignal(view, PLAIN)).toContain(
      'Asked     0.01, market, entry, stop 42000, target 900 away, trailing at 300, held for at most 600 s, made ',
    );
    expect(presentSignal(view).signal).toMatchObject({
      stop_loss: '42000',
      take_profit_distance: '900',
      trailing_distance: '300',
      max_holding_seconds: 600,
    });
  });

  test('a denied signal tells the code and that nothing was sent', () => {
    const denied: SignalView = {
      ...FILLED,
      outcome: 'DENIED',
      denialCode: 'INSUFFICIENT_FUNDS',
      detail: '440.5 USDT are needed and 12 are free.',
      sendAttempts: 0,
      order: undefined,
    };
    const text = renderSignal(denied, PLAIN);
    expect(text).toContain('Code      INSUFFICIENT_FUNDS (docs/denial-codes.md)');
    expect(text).toContain('Order     nothing was sent');
  });

  test('a waiting signal tells until when it waits', () => {
    const waiting: SignalView = { ...FILLED, state: 'WAITING_FOR_PERMIT', outcome: undefined, waitUntilMs: AT_MS };
    expect(renderSignal(waiting, PLAIN)).toContain('State     WAITING_FOR_PERMIT until 2026-01-31 12:00:00Z');
  });

  test('a signal whose order is missing tells what a person must do', () => {
    const missing: SignalView = { ...FILLED, state: 'MISSING', outcome: undefined };
    const text = renderSignal(missing, PLAIN);
    expect(text).toContain('State     MISSING\n');
    expect(text).toContain('oncefill signal settle 0123456789abcdef --filled QUANTITY --price PRICE --reason TEXT');
  });

  test('a signal whose order is not missing tells nobody to settle it', () => {
    expect(renderSignal({ ...FILLED, state: 'RESOLVING', outcome: undefined }, PLAIN)).not.toContain('settle');
  });

  test('a strategy name cannot give orders to the terminal', () => {
    const hostile: SignalView = { ...FILLED, signal: { ...FILLED.signal, strategy: 'a\u001B[2Jb\u009Bc\u202Ed' } };
    const text = renderSignal(hostile, PLAIN);
    expect(text).toContain('a\uFFFD[2Jb\uFFFDc\uFFFDd');
  });
});

test('an exit says which position it closes, and why', () => {
  const signal = { ...FILLED.signal, strategy: `exit/${AT_MS.toString(36)}/2`, intent: 'exit' as const };
  const view: SignalView = { ...FILLED, signal, exitReason: 'OPERATOR' };
  const lines = renderSignal(view, PLAIN).split('\n');
  expect(lines[0]).toContain('BUY BTCUSDT · exit 2: an operator');
  expect(lines).toContain('Closes    exit 2 of the position in BTCUSDT of 2026-01-31 12:00:00Z (an operator)');
  expect(presentSignal(view)).toMatchObject({ exit_reason: 'OPERATOR' });
});

describe('renderSignalList', () => {
  test('one row per signal under a heading', () => {
    expect(renderSignalList([SUMMARY], 5, PLAIN).split('\n')).toEqual([
      'TIME (UTC)            FINGERPRINT       SIDE  SYMBOL   STRATEGY  VENUE  OUTCOME  TOOK',
      '2026-01-31 12:00:00Z  0123456789abcdef  BUY   BTCUSDT  manual    bybit  FILLED   1.23 s',
    ]);
  });

  test('an exit shows its round and why it was made in place of its strategy', () => {
    const exit: SignalSummary = { ...SUMMARY, strategy: 'exit/loyw3v28/2', exitReason: 'TIME_LIMIT' };
    expect(renderSignalList([exit], 5, PLAIN)).toContain('BTCUSDT  exit 2: time limit  bybit');
    expect(presentSummary(exit)).toMatchObject({ strategy: 'exit/loyw3v28/2', exit_reason: 'TIME_LIMIT' });
  });

  test('a signal that has not ended shows that it runs', () => {
    const running: SignalSummary = { ...SUMMARY, status: 'running', outcome: undefined, endedAtMs: undefined };
    expect(renderSignalList([running], 5, PLAIN)).toMatch(/running$/);
  });

  test('a signal whose order is missing stands out with its remedy below the table', () => {
    const missing: SignalSummary = { ...SUMMARY, status: 'running', outcome: 'MISSING', endedAtMs: undefined };
    const lines = renderSignalList([missing, SUMMARY], 5, PLAIN).split('\n');
    expect(lines[1]).toMatch(/MISSING$/);
    expect(lines.slice(3)).toEqual([expect.stringContaining('oncefill signal settle 0123456789abcdef')]);
  });

  test('an empty list says so instead of showing a heading', () => {
    expect(renderSignalList([], 5, PLAIN)).toBe('No signals in the last 5 minutes.');
    expect(renderSignalList([], 1, PLAIN)).toBe('No signals in the last minute.');
  });
});

describe('describeIntake', () => {
  test.each([
    [{ status: 'accepted', fingerprint: 'f' } as const, 'Accepted as f.'],
    [
      { status: 'accepted', fingerprint: 'f', repeated: true } as const,
      'Accepted before as f; nothing was sent twice.',
    ],
    [
      { status: 'refused', code: 'STALE_SIGNAL', message: 'Too old (SIGNAL_DEDUP_WINDOW).' } as const,
      'Refused (STALE_SIGNAL): Too old (signals.dedupWindowSeconds).',
    ],
    [{ status: 'refused', code: 'STALE_SIGNAL', message: 'Too old.' } as const, 'Refused (STALE_SIGNAL): Too old.'],
  ])('%j', (result, sentence) => {
    expect(describeIntake(result)).toBe(sentence);
  });

  test('a conflicting signal is told what stands, without obeying what it says', () => {
    const message = 'An entry\u001B[2J stands.';
    const text = describeIntake({ status: 'duplicate', fingerprint: 'f', conflicting: true, message });
    expect(text).toBe('Refused: An entry\uFFFD[2J stands.');
  });
});
