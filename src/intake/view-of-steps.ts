import type { RecordedStep } from '../domain/explain/types';
import type { OutcomeKind } from '../domain/outcome';
import type { SignalState, SignalView } from '../domain/signal-view';
import type { RecordedRun } from './recorded-signal';

const STATE_AFTER: Readonly<Record<OutcomeKind, SignalState>> = {
  PLACED: 'WORKING',
  DUPLICATE: 'RESOLVING',
  UNKNOWN: 'RESOLVING',
  RATE_LIMITED: 'WAITING_FOR_PERMIT',
  BANNED: 'WAITING_FOR_PERMIT',
  NOT_PLACED: 'WAITING_FOR_PERMIT',
  REJECTED: 'SETTLING',
  FATAL: 'SETTLING',
};

const NOT_ENDED = 'It had not ended when its history was written down.';

/**
 * Where a signal stood when its history was written down, as far as that tells by itself.
 *
 * @param because why nobody else is asked, a sentence for people
 */
export function viewOfSteps({ input, recorded }: RecordedRun, because = NOT_ENDED): SignalView {
  const { fingerprint, venue, signal, exitReason } = input;
  const last = recorded.steps.at(-1);
  const plan = recorded.steps.flatMap((step) => (step.kind === 'reserved' ? [step.plan] : [])).at(-1);
  const isWaiting = last?.kind === 'wait';
  return {
    fingerprint,
    venue,
    signal,
    ...(exitReason !== undefined && { exitReason }),
    state: stateAfter(last),
    detail: detailAfter(last, because),
    ...(plan && { reservedAsset: plan.asset, reservedAmount: plan.reserveAmount }),
    ...(isWaiting && { waitUntilMs: last.atMs + last.waitMs }),
    sendAttempts: recorded.steps.filter(({ kind }) => kind === 'sent' || kind === 'taken').length,
    timeline: [],
  };
}

function stateAfter(step: RecordedStep | undefined): SignalState {
  switch (step?.kind) {
    case undefined:
      return 'RECEIVED';
    case 'wait':
      return step.for === 'permit' ? 'WAITING_FOR_PERMIT' : 'SIZING';
    case 'reserved':
      return 'PLACING';
    case 'taken':
      return 'RESOLVING';
    case 'sent':
      return STATE_AFTER[step.attempt.kind];
    case 'looked_up':
      return step.answer === 'found' ? 'WORKING' : 'RESOLVING';
    case 'booked':
      return 'SETTLING';
    case 'denied':
    case 'expired':
      return 'RESERVING';
  }
}

function detailAfter(step: RecordedStep | undefined, because: string): string {
  switch (step?.kind) {
    case 'wait':
      return `${step.reason} ${because}`;
    case 'denied':
    case 'expired':
      return `${step.message} ${because}`;
    case 'reserved':
      return `Funds are held for it. ${because}`;
    case 'taken':
      return `A request may have left. ${because}`;
    case 'looked_up':
      return `${step.answer === 'found' ? 'The venue has its order.' : 'Its order is looked up at the venue.'} ${because}`;
    case 'booked':
      return `What its order took is booked. ${because}`;
    case 'sent':
      return `${step.attempt.message} ${because}`;
    case undefined:
      return because;
  }
}
