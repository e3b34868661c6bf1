import type { ProtectionCall } from './book';
import { afterChange, legWords, shows } from './legs';
import { isOurs } from './standing';
import type { Step } from './step';
import type { PositionRow, ProtectionAnswer } from './types';
import { wishExit } from './wish-exit';

/** A change that the venue took and that no report shows after this is asked for again: asking twice changes nothing. */
export const PROOF_WAIT_MS = 5_000;
/** Pauses before a change is asked for again, by how often it failed in a row. */
const RETRY_PAUSES_MS = [1_000, 2_000, 5_000, 10_000] as const;

/** How often a person's change is asked for again. */
const PERSON_TRIES_MAX = 3;

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
  if (cause !== 'person' || asked !== undefined) return;
  if (failedCalls < PERSON_TRIES_MAX) return step.set({ asked: { legs: change, isForced: true } });
  step.alert(`Not changed (${legWords(change)}): the venue was asked ${failedCalls + 1} times. Ask again later.`);
}

/** A later row shows a change, or does not in time. */
export function takeProof(step: Step, row: PositionRow): void {
  const { proof, asOfMs, wanted, stopSource } = step.book;
  if (proof === undefined || asOfMs <= proof.asOfMs) return;
  if (shows(row, proof.change, proof.stopBefore)) {
    const hasStop = typeof proof.change.stopLoss === 'string';
    const hasTrailing = typeof proof.change.trailingDistance === 'string';
    step.set({
      proof: undefined,
      failedCalls: 0,
      // As the venue wrote it.
      wanted: {
        ...wanted,
        ...(hasStop && { stopLoss: row.stopLoss }),
        ...(hasTrailing && { trailingDistance: row.trailingDistance }),
      },
      stopSource: hasStop ? 'set' : stopSource,
      isTrailingSet: proof.change.trailingDistance === undefined ? step.book.isTrailingSet : true,
    });
    step.settled('rejected');
    return step.note(`In force: ${legWords(proof.change)}.`);
  }
  if (step.nowMs - proof.sinceMs < PROOF_WAIT_MS) return;
  step.set({ proof: undefined });
  step.note(`The venue took ${legWords(proof.change)} and does not show it.`);
  failed(step, proof);
}
