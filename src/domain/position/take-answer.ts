import type { ProtectionCall, ProtectionLegs } from './book';
import { afterChange, legsBeside, legsOf, legsThere, legWords, shows } from './legs';
import { isOurs } from './standing';
import type { Step } from './step';
import type { PositionRow, ProtectionAnswer } from './types';
import { wishExit } from './wish-exit';

/** A change that the venue took and that no report shows after this is asked for again: asking twice changes nothing. */
export const PROOF_WAIT_MS = 5_000;
/** Pauses before a change is asked for again, by how often it failed in a row. */
const RETRY_PAUSES_MS = [1_000, 2_000, 5_000, 10_000] as const;

/** How often what a person asked for, or an entry replaced, is asked for again. */
const AGAIN_TRIES_MAX = 3;

/** What the venue says to a change. Whatever it says, the next report proves it. */
export function takeAnswer(step: Step, id: number, answer: ProtectionAnswer): void {
  const { call } = step.book;
  if (call === undefined || call.id !== id) return;
  step.set({ call: undefined });
  if (step.book.flat !== undefined) return;
  switch (answer.status) {
    case 'set':
    case 'already':
      return taken(step, call);
    case 'price_passed':
      return passed(step, call);
    case 'no_position':
      failed(step, call);
      return step.set({ awaitsReportAfterMs: step.book.asOfMs, askAtMs: step.nowMs });
    case 'unknown':
      failed(step, call);
      return step.set({ awaitsReportAfterMs: step.book.asOfMs, askAtMs: step.nowMs });
    case 'rate_limited':
      return failed(step, call);
    case 'rejected':
      return rejected(step, call, answer.message);
  }
}

function taken(step: Step, { cause, change }: ProtectionCall): void {
  const { wanted, asOfMs, row } = step.book;
  if (cause === 'person') step.set({ wanted: afterChange(wanted, change) });
  if (cause === 'raise') step.set({ movedAtMs: step.nowMs });
  step.set({ proof: { cause, change, sinceMs: step.nowMs, asOfMs, stopBefore: row?.stopLoss } });
}

/** The price is beyond the stop: no stop can be there. With one in force there is nothing to hurry for. */
function passed(step: Step, { cause, change }: ProtectionCall): void {
  const { row, wanted } = step.book;
  if (cause === 'person') return step.alert(`Not changed (${legWords(change)}): the price has passed it already.`);
  if (cause === 'trail') {
    giveUpTrailing(step);
    return step.alert('The venue refuses the trailing: the price has passed it. The stop stays where it is.');
  }
  if (cause === 'regain' && isRegainOver(step, change)) return;
  if (row?.stopLoss !== undefined) {
    step.set({ wanted: { ...wanted, stopLoss: row.stopLoss }, isBreakEvenDone: false, movedAtMs: step.nowMs });
    // What the last report says of the price is not true any more.
    step.set({ awaitsReportAfterMs: step.book.asOfMs, askAtMs: step.nowMs });
    return step.note('The price has passed the new stop; the former one stays.');
  }
  // Where the exit has to wait, the price may come back first.
  failed(step, { cause, change });
  if (!isOurs(step.book)) {
    return step.alertOnce('passed', 'The price has passed the stop of a position that is not ours: it has none.');
  }
  wishExit(step, {
    cause: 'passed',
    reason: 'EMERGENCY',
    words: `the price has passed its stop at ${change.stopLoss}`,
  });
}

/** A target that the price has passed must not keep the stop away. @returns whether nothing is to be done about the stop */
function isRegainOver(step: Step, change: ProtectionLegs): boolean {
  const { stopLoss, ...others } = legsOf(change);
  if (Object.keys(others).length === 0) return false;
  step.alert(`Not set back (${legWords(others)}): the price has passed it already.`);
  if (stopLoss !== undefined) step.set({ regain: { stopLoss, ...step.book.regain } });
  return true;
}

function rejected(step: Step, call: Pick<ProtectionCall, 'cause' | 'change'>, message: string): void {
  const words = `The venue refuses ${legWords(call.change)}: ${message}`;
  if (call.cause === 'person') return step.alert(words);
  if (call.cause === 'trail') {
    giveUpTrailing(step);
    return step.alert(words);
  }
  failed(step, call);
  step.alertOnce('rejected', words);
}

function giveUpTrailing(step: Step): void {
  step.set({ isTrailingSet: true, wanted: { ...step.book.wanted, trailingDistance: undefined } });
}

/** It is asked for again: by a rule that still wants it, or because a person does. */
function failed(step: Step, { cause, change }: Pick<ProtectionCall, 'cause' | 'change'>): void {
  const { failedCalls, asked } = step.book;
  const pauseMs = RETRY_PAUSES_MS[Math.min(failedCalls, RETRY_PAUSES_MS.length - 1)]!;
  step.set({ failedCalls: failedCalls + 1, retryAtMs: step.nowMs + pauseMs });
  if (cause !== 'person' && cause !== 'regain') return;
  // What somebody said later counts.
  const legs = legsBeside(change, cause === 'person' ? asked?.legs : { ...step.book.regain, ...asked?.legs });
  if (legs === undefined) return;
  const what = cause === 'person' ? 'Not changed' : 'Not set back';
  if (failedCalls >= AGAIN_TRIES_MAX) {
    return step.alert(`${what} (${legWords(legs)}): the venue was asked ${failedCalls + 1} times. Ask again later.`);
  }
  if (cause === 'person') step.set({ asked: { legs: { ...legs, ...asked?.legs }, isForced: true } });
  else step.set({ regain: { ...legs, ...step.book.regain } });
}

/** A later row shows a change, or does not in time. */
export function takeProof(step: Step, row: PositionRow): void {
  const { proof, asOfMs, wanted, stopSource } = step.book;
  if (proof === undefined || asOfMs <= proof.asOfMs) return;
  if (shows(row, proof.change, proof.stopBefore)) {
    const { change } = proof;
    const hasStop = typeof change.stopLoss === 'string';
    const hasTarget = typeof change.takeProfit === 'string';
    const hasTrailing = typeof change.trailingDistance === 'string';
    const there = legWords(legsThere(row, change));
    step.set({
      proof: undefined,
      failedCalls: 0,
      // As the venue wrote it.
      wanted: {
        ...wanted,
        ...(hasStop && { stopLoss: row.stopLoss }),
        ...(hasTarget && { takeProfit: row.takeProfit }),
        ...(hasTrailing && { trailingDistance: row.trailingDistance }),
      },
      stopSource: hasStop ? 'set' : stopSource,
      isTrailingSet: proof.change.trailingDistance === undefined ? step.book.isTrailingSet : true,
    });
    step.settled('rejected');
    const asked = legWords(change);
    return step.note(there === asked ? `In force: ${there}.` : `In force: ${there} (asked for: ${asked}).`);
  }
  if (step.nowMs - proof.sinceMs < PROOF_WAIT_MS) return;
  step.set({ proof: undefined });
  step.note(`The venue took ${legWords(proof.change)} and does not show it.`);
  failed(step, proof);
}
