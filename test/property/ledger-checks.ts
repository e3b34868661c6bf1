import type { LedgerState } from '../../src/domain/ledger/ledger';
import { viewBalances } from '../../src/domain/ledger/ledger';
import type { LedgerModel, Op } from './ledger-model';
import { idOf, toText, toUnits } from './ledger-model';

/** Everything a check may look at after one command. */
export interface StepRecord {
  op: Op;
  expected: string;
  result: object;
  before: LedgerState;
  /** The input state's JSON, taken before and after the call. */
  inputTextBefore: string;
  inputTextAfter: string;
  after: LedgerState;
  /** The same command on the state after a JSON round trip: next state and answer. */
  tripText: string;
  /** The model after the command, and what was free in it before. */
  model: LedgerModel;
  freeBefore: Record<string, number>;
  wasRefusedBefore: boolean;
}

export const ASSETS = ['USDT', 'USDC'] as const;

/** Each invariant by itself, so that each can be shown to catch what it is for. Names as in the list of ledger rules. */
export const CHECKS: Record<string, (step: StepRecord) => void> = {
  'L1 what was accepted is pending or ended, once': ({ after, model }) => {
    const ids = [...after.pending, ...after.ended].map((entry) => entry.reservation.id).toSorted();
    equal(ids, model.accepted.map(idOf).toSorted());
  },
  'L2 no reservation above free funds': ({ op, result, freeBefore }) => {
    if (op.kind !== 'reserve' || !summary(result).startsWith('reserved:new') || op.units === 0) return;
    if (op.units > (freeBefore[op.asset] ?? 0)) throw new Error(`reserved ${op.units} of ${freeBefore[op.asset]}`);
  },
  'L3 a reservation ends once': ({ op, result, expected }) => {
    if (op.kind === 'commit' || op.kind === 'release' || op.kind === 'bar') equal(summary(result), expected);
  },
  'L4 a commit books what was taken and frees the rest': ({ after, model, op }) => {
    if (op.kind !== 'commit') return;
    for (const asset of ASSETS) {
      equal(viewed(after, asset, 'reserved'), model.reserved(asset));
      equal(viewed(after, asset, 'unsettled'), model.unsettled(asset));
    }
  },
  'L5 the same id gets the same answer, another body a conflict': ({ result, expected }) => {
    if (expected.startsWith('reserved:old') || expected.startsWith('conflict')) equal(summary(result), expected);
  },
  'L6 a refusal is for good': ({ op, result, wasRefusedBefore, expected }) => {
    if (op.kind === 'reserve' && wasRefusedBefore) equal(summary(result), expected);
  },
  'L7 only commit and release end a reservation': ({ op, before, after }) => {
    if (op.kind === 'commit' || op.kind === 'release') return;
    const ids = (state: LedgerState) => state.pending.map((entry) => entry.reservation.id);
    equal(
      ids(before).filter((id) => !ids(after).includes(id)),
      [],
    );
  },
  'L8 inputs are never changed': ({ inputTextBefore, inputTextAfter }) => equal(inputTextAfter, inputTextBefore),
  'L9 reservations keep their order': ({ after, model }) => {
    const order = model.accepted.filter((id) => model.reservations.get(id)?.status === 'pending').map(idOf);
    equal(
      after.pending.map((entry) => entry.reservation.id),
      order,
    );
  },
  'L10 sums are exact decimals, never negative': ({ after, model }) => {
    for (const asset of ASSETS) {
      const view = viewBalances(after).assets[asset];
      if (view === undefined) continue;
      equal(view.reserved, toText(model.reserved(asset)));
      equal(view.unsettled, toText(model.unsettled(asset)));
      equal(view.free, toText(Math.max(0, model.free(asset))));
    }
  },
  'L11 ending works in every trading state': ({ op, result, model, expected }) => {
    if ((op.kind === 'commit' || op.kind === 'release') && model.trading !== 'active') {
      equal(summary(result), expected);
    }
  },
  'S1 older reports never replace newer ones': ({ after, model }) => equal(after.asOfMs, model.asOfMs),
  'S2 a fill counts until a report contains it for certain': ({ after, model }) => {
    for (const asset of ASSETS) equal(viewed(after, asset, 'unsettled'), model.unsettled(asset));
  },
  'S3 a resting order counts as contained only in later reports': ({ after, model }) => {
    for (const asset of ASSETS) equal(viewed(after, asset, 'contained'), model.contained(asset));
  },
  'S4 denials name the right reason': ({ result, expected }) => {
    if (expected.startsWith('denied')) equal(summary(result), expected);
  },
  'S5 trading states change once per request': ({ op, result, expected, after, model }) => {
    if (op.kind !== 'trading') return;
    equal(summary(result), expected);
    equal(after.tradingState, model.trading);
  },
  'T1 a signal that has expired reserves nothing anew': ({ result, expected }) => {
    if (expected === 'denied:SIGNAL_EXPIRED') equal(summary(result), expected);
  },
  'T2 balances of an age that is too great lend nothing': ({ result, expected }) => {
    if (expected === 'denied:BALANCES_OUTDATED') equal(summary(result), expected);
  },
  'T3 a clock that was set makes no later report an older one': ({ op, result, expected }) => {
    if (op.kind === 'snapshot') equal(summary(result), expected);
  },
  'T4 a clock that is set settles nothing': ({ op, after, model }) => {
    if (op.kind !== 'snapshot') return;
    for (const asset of ASSETS) equal(viewed(after, asset, 'unsettled'), model.unsettled(asset));
  },
  'J1 a JSON round trip changes nothing': ({ after, result, tripText }) =>
    equal(tripText, JSON.stringify([after, result])),
};

function summary(result: object): string {
  const { status, isNew, field, denial, reservation } = result as {
    status: string;
    isNew?: boolean;
    field?: string;
    denial?: { code: string };
    reservation?: { status: string };
  };
  switch (status) {
    case 'denied':
      return `denied:${denial?.code}`;
    case 'reserved':
      return `reserved:${isNew ? 'new' : 'old'}:${reservation?.status}`;
    case 'set':
      return `set:${isNew ? 'new' : 'old'}`;
    case 'conflict':
      return field === undefined ? 'conflict' : `conflict:${field}`;
    case 'ended':
    case 'already_ended':
      return `${status}:${reservation?.status}`;
    default:
      return status;
  }
}

function viewed(state: LedgerState, asset: string, field: 'reserved' | 'unsettled' | 'contained'): number {
  return toUnits(viewBalances(state).assets[asset]?.[field] ?? '0');
}

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`got ${a}, expected ${b}`);
}
