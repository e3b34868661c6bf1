import * as fc from 'fast-check';
import * as ledger from '../../src/domain/ledger/ledger';
import type { LedgerState, LedgerStep } from '../../src/domain/ledger/ledger';
import { CHECKS } from './ledger-checks';
import { ledgerProperty } from './ledger-commands';
import type { Reducers } from './ledger-model';
import { BROKEN_RUNS_MAX, COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

const sound: Reducers = ledger;

test('every invariant of the ledger holds after every command, and nothing stays held in the end', () => {
  const tally = new Tally();
  fc.assert(ledgerProperty(sound, Object.keys(CHECKS), true, tally), { numRuns: RUNS });
  tally.assertSearched(RUNS, COMMANDS_PER_RUN_MAX.ledger);
});

type Reserve = Reducers['reserve'];

/** Keeps a reducer's answer but changes its next state. */
function tamper<Args extends readonly unknown[], Result>(
  reducer: (state: LedgerState, ...args: Args) => LedgerStep<Result>,
  change: (next: LedgerState, before: LedgerState) => LedgerState,
): (state: LedgerState, ...args: Args) => LedgerStep<Result> {
  return (state, ...args) => {
    const step = reducer(state, ...args);
    return { ...step, state: change(step.state, state) };
  };
}

function withAccounts(state: LedgerState, change: (account: LedgerState['assets'][string], asset: string) => object) {
  const entries = Object.entries(state.assets).map(([asset, account]) => [
    asset,
    { ...account, ...change(account, asset) },
  ]);
  return { ...state, assets: Object.fromEntries(entries) } as LedgerState;
}

const ignoresPending: Reserve = (state, command, nowMs) => {
  const { result } = ledger.reserve(
    withAccounts(state, () => ({ reserved: '0', contained: '0' })),
    command,
    nowMs,
  );
  if (result.status !== 'reserved' || !result.isNew) return ledger.reserve(state, command, nowMs);
  const rich = withAccounts(state, () => ({ available: '1000000' }));
  const step = ledger.reserve(rich, command, nowMs);
  return {
    ...step,
    state: withAccounts(step.state, (_, asset) => ({ available: state.assets[asset]?.available ?? '0' })),
  };
};

const floatingSums: Reserve = (state, command, nowMs) => {
  const step = ledger.reserve(state, command, nowMs);
  const held: Record<string, number> = {};
  for (const { reservation } of step.state.pending) {
    held[reservation.asset] = (held[reservation.asset] ?? 0) + Number(reservation.amount);
  }
  return { ...step, state: withAccounts(step.state, (_, asset) => ({ reserved: String(held[asset] ?? 0) })) };
};

const remembersOutsideItsState = (): Reserve => {
  const seen = new WeakSet<LedgerState>();
  return (state, command, nowMs) => {
    const step = ledger.reserve(state, command, nowMs);
    const next = seen.has(state) ? { ...step.state, stats: { ...step.state.stats, denied: -1 } } : { ...step.state };
    seen.add(next);
    return { ...step, state: next };
  };
};

const endedAgain: Reducers['release'] = (state, command, nowMs) => {
  const entry = state.ended.find((candidate) => candidate.reservation.id === command.reservationId);
  if (entry === undefined) return ledger.release(state, command, nowMs);
  return { state, result: { status: 'ended', reservation: { ...entry.reservation, status: 'released' } } };
};

const broken: readonly [check: string, fault: string, variant: Partial<Reducers>][] = [
  [
    'L1 what was accepted is pending or ended, once',
    'a release loses its reservation',
    { release: tamper(ledger.release, (next) => ({ ...next, ended: [] })) },
  ],
  ['L2 no reservation above free funds', 'pending reservations are not subtracted', { reserve: ignoresPending }],
  ['L3 a reservation ends once', 'a release frees twice', { release: endedAgain }],
  [
    'L4 a commit books what was taken and frees the rest',
    'a commit forgets to restore the rest',
    {
      commit: tamper(ledger.commit, (next, before) =>
        withAccounts(next, (account, asset) => ({ reserved: before.assets[asset]?.reserved ?? account.reserved })),
      ),
    },
  ],
  [
    'L5 the same id gets the same answer, another body a conflict',
    'ended reservations are forgotten at once',
    { reserve: (state, command, nowMs) => ledger.reserve({ ...state, ended: [] }, command, nowMs) },
  ],
  [
    'L6 a refusal is for good',
    'refusals are forgotten',
    { reserve: tamper(ledger.reserve, (next) => ({ ...next, refusals: [] })) },
  ],
  [
    'L7 only commit and release end a reservation',
    'a report drops old reservations',
    { applySnapshot: tamper(ledger.applySnapshot, (next) => ({ ...next, pending: next.pending.slice(1) })) },
  ],
  [
    'L8 inputs are never changed',
    'a release changes its input',
    {
      release: (state, command, nowMs) => {
        const step = ledger.release(state, command, nowMs);
        (state.pending as unknown[]).length = 0;
        return step;
      },
    },
  ],
  [
    'L9 reservations keep their order',
    'an acknowledgement moves its reservation',
    { acknowledge: tamper(ledger.acknowledge, (next) => ({ ...next, pending: next.pending.toReversed() })) },
  ],
  ['L10 sums are exact decimals, never negative', 'sums are binary floats', { reserve: floatingSums }],
  [
    'L11 ending works in every trading state',
    'a halted ledger refuses commits',
    {
      commit: (state, command, nowMs) =>
        state.tradingState === 'halted'
          ? { state, result: { status: 'not_found' } }
          : ledger.commit(state, command, nowMs),
    },
  ],
  [
    'S1 older reports never replace newer ones',
    'every report is applied',
    { applySnapshot: (state, command, nowMs) => ledger.applySnapshot({ ...state, asOfMs: 0 }, command, nowMs) },
  ],
  [
    'S2 a fill counts until a report contains it for certain',
    "the venue's lag is ignored",
    { commit: (state, command, nowMs) => tamperLag(ledger.commit(tamperLag(state, 0), command, nowMs), state) },
  ],
  [
    'S3 a resting order counts as contained only in later reports',
    'an acknowledgement counts at once',
    {
      acknowledge: (state, command) => ledger.acknowledge(state, { ...command, placedAtMs: 1 }),
    },
  ],
  [
    'S4 denials name the right reason',
    'reducing refuses exits too',
    {
      reserve: (state, command, nowMs) =>
        ledger.reserve(state, state.tradingState === 'reducing' ? { ...command, intent: 'entry' } : command, nowMs),
    },
  ],
  [
    'S5 trading states change once per request',
    'a repeated request counts again',
    {
      setTradingState: (state, command, nowMs) =>
        ledger.setTradingState({ ...state, tradingStateChanges: [] }, command, nowMs),
    },
  ],
  [
    'T1 a signal that has expired reserves nothing anew',
    'the expiry is ignored',
    { reserve: (state, command, nowMs) => ledger.reserve(state, { ...command, expiresAtMs: undefined }, nowMs) },
  ],
  [
    'T2 balances of an age that is too great lend nothing',
    'balances from ahead of the clock count as new',
    {
      reserve: (state, command, nowMs) =>
        ledger.reserve({ ...state, reportedAtMs: Math.min(state.reportedAtMs, nowMs) }, command, nowMs),
    },
  ],
  [
    'T3 a clock that was set makes no later report an older one',
    'the latest report ever seen counts',
    {
      applySnapshot: (state, command, nowMs) =>
        command.asOfMs < state.asOfMs
          ? { state, result: { status: 'stale' } }
          : ledger.applySnapshot(state, command, nowMs),
    },
  ],
  [
    'T4 a clock that is set settles nothing',
    "the venue's clock is trusted",
    {
      applySnapshot: (state, command, nowMs) =>
        ledger.applySnapshot({ ...state, reportedAtMs: nowMs - (command.asOfMs - state.asOfMs) }, command, nowMs),
    },
  ],
  ['J1 a JSON round trip changes nothing', 'memory outside the state', { reserve: remembersOutsideItsState() }],
];

function tamperLag<T extends LedgerState | LedgerStep<unknown>>(value: T, lag: number | LedgerState): T {
  if ('result' in value) {
    const step = value as LedgerStep<unknown>;
    return { ...step, state: { ...step.state, snapshotLagMs: (lag as LedgerState).snapshotLagMs } } as T;
  }
  return { ...value, snapshotLagMs: lag };
}

describe('a broken ledger is caught', () => {
  test.each(broken)('by "%s" when %s', (check, _fault, variant) => {
    const details = fc.check(ledgerProperty({ ...sound, ...variant }, [check], false), {
      numRuns: BROKEN_RUNS_MAX,
      endOnFailure: true,
    });
    expect(details.failed).toBe(true);
    expect(String(details.errorInstance)).toContain(check);
  });

  test('by the liveness check "L12" when a release leaves its reservation pending', () => {
    const release = tamper(ledger.release, (next, before) => ({
      ...next,
      pending: before.pending,
      assets: before.assets,
    }));
    const details = fc.check(ledgerProperty({ ...sound, release }, [], true), {
      numRuns: BROKEN_RUNS_MAX,
      endOnFailure: true,
    });
    expect(String(details.errorInstance)).toContain('L12');
  });

  test('for every invariant', () => {
    expect(broken.map(([check]) => check)).toEqual(Object.keys(CHECKS));
  });
});
