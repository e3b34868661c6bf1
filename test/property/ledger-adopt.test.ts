/** A ledger of the rules before goes on under the rules of today: whatever happened to it, it answers the same. */
import * as fc from 'fast-check';
import { adoptLedger, type FormerLedgerState } from '../../src/domain/rules-2/ledger/adopt';
import * as ledger from '../../src/domain/ledger/ledger';
import type { LedgerState } from '../../src/domain/ledger/ledger';
import * as former from '../../src/domain/rules-1/ledger/ledger';
import { opArbitrary } from './ledger-commands';
import { LAG_MS, run, type Op, type Reducers } from './ledger-model';
import { COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

const START_MS = 1_000_000;
const FORMER = former as object as Reducers;

/** No expiry is over, for the former rules knew none. */
const op = opArbitrary.map((any): Op => (any.kind === 'reserve' ? { ...any, leftMs: 300_000 } : any));
const commands = fc.array(fc.tuple(op, fc.nat(30)), { maxLength: COMMANDS_PER_RUN_MAX.ledger, size: '+1' });

test('the next command gets the answer that it would have got, and leaves the same funds', () => {
  const tally = new Tally();
  fc.assert(
    fc.property(commands, op, (past, next) => {
      tally.runs += 1;
      tally.commands += past.length;
      let state = former.emptyLedger({ snapshotLagMs: LAG_MS }) as object as LedgerState;
      let nowMs = START_MS;
      for (const [command, passedMs] of past) {
        nowMs += passedMs;
        state = run(FORMER, state, command, { nowMs, venueMs: nowMs }).state;
      }
      const clocks = { nowMs, venueMs: nowMs };
      const expected = run(FORMER, state, next, clocks);
      const actual = run(ledger, adoptLedger(state as object as FormerLedgerState), next, clocks);
      expect(actual.result).toEqual(expected.result);
      expect(ledger.viewBalances(actual.state)).toEqual(ledger.viewBalances(expected.state));
      expect(ledger.pendingReservations(actual.state)).toEqual(ledger.pendingReservations(expected.state));
    }),
    { numRuns: RUNS },
  );
  tally.assertSearched(RUNS, COMMANDS_PER_RUN_MAX.ledger);
});
