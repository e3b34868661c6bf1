import type { Client } from '@temporalio/client';
import type { TradingSignal } from '../src/domain/signal';
import { clientOrderIdOf, fingerprintOf } from '../src/intake/fingerprint';
import { IntakeUnavailableError, type IntakeResult, type SignalIntake } from '../src/intake/types';
import { cancelUpdate } from '../src/messages/signal';
import { pollUntil } from '../src/process/poll';
import { isExpectedRefusal, isUnanswered } from './passing-errors';
import type { Access } from './product';
import { toSignal, type PlannedSignal } from './signal-plan';
import { assertInvariant, Violation } from './violation';
import { allEnded, pause, within } from './waiting';

/** A signal must be accepted within this, also across a restart of the server. */
const INTAKE_MAX_MS = 60_000;
const CANCEL_TIMEOUT_MS = 5_000;

/** A signal that was handed in. */
export interface HandedIn {
  readonly planned: PlannedSignal;
  readonly signal: TradingSignal;
  readonly fingerprint: string;
  readonly clientOrderId: string;
}

/** Hands a plan's signals in, repeats some, cancels some, and checks what intake answers. */
export class Submitter {
  private readonly byFingerprint = new Map<string, HandedIn>();
  private readonly clientOrderIds = new Set<string>();
  private repeated = 0;

  constructor(private readonly prices: ReadonlyMap<string, string>) {}

  get handedIn(): readonly HandedIn[] {
    return [...this.byFingerprint.values()];
  }

  /** Repetitions so far, each of which was recognised. */
  get repetitions(): number {
    return this.repeated;
  }

  isOurs(clientOrderId: string): boolean {
    return this.clientOrderIds.has(clientOrderId);
  }

  /** One signal at its time, with its repetition and its cancellation. */
  async handIn(planned: PlannedSignal, access: Access, startedAtMs: number, signal: AbortSignal): Promise<void> {
    await pause(startedAtMs + planned.atMs - performance.now(), signal);
    const handedIn = this.note(planned);
    await this.send(handedIn, access, signal);
    const { repetition, cancelAfterMs } = planned;
    await allEnded([
      ...(repetition ? [this.repeat(handedIn, repetition, access, signal)] : []),
      ...(cancelAfterMs === undefined ? [] : [cancelLater(handedIn, cancelAfterMs, access.client, signal)]),
    ]);
  }

  /** @throws Violation unless intake has the signal afterwards */
  async send(handedIn: HandedIn, access: Access, signal: AbortSignal): Promise<void> {
    const { isInside } = handedIn.planned;
    const intake = isInside ? access.inside : access.intake;
    // The engine's clock may be wrong at this moment, and ours never is.
    const result = await submitUntilAnswered(intake, handedIn.signal, signal, isInside ? isOfWrongTime : undefined);
    // Also after an answer that was lost: the repetition finds the signal there.
    const accepted = result.status === 'accepted';
    assertInvariant(accepted, 'a signal is accepted', () => JSON.stringify({ handedIn, result }));
  }

  /** Sends a signal again. @throws Violation unless it is recognised */
  async repeat(
    { signal: first, fingerprint }: HandedIn,
    { afterMs, conflicting }: { readonly afterMs: number; readonly conflicting: boolean },
    access: Access,
    signal: AbortSignal,
  ): Promise<void> {
    await pause(afterMs, signal);
    const again = conflicting ? { ...first, amount: '7.7' } : first;
    const result = await submitUntilAnswered(access.intake, again, signal);
    const isTold = conflicting ? result.status === 'duplicate' : result.status === 'accepted' && result.repeated;
    const isRecognised = isTold === true && 'fingerprint' in result && result.fingerprint === fingerprint;
    assertInvariant(isRecognised, 'a repeated signal is recognised', () => JSON.stringify({ again, result }));
    this.repeated += 1;
  }

  /** Makes the signal, at the price and time of this moment, and counts it as handed in. */
  note(planned: PlannedSignal): HandedIn {
    const price = this.prices.get(planned.symbol);
    if (price === undefined) throw new Error(`The paper venue has no price for ${planned.symbol}.`);
    const signal = toSignal(planned, price, Date.now());
    const fingerprint = fingerprintOf(signal);
    const handedIn = { planned, signal, fingerprint, clientOrderId: clientOrderIdOf(fingerprint) };
    this.byFingerprint.set(fingerprint, handedIn);
    this.clientOrderIds.add(handedIn.clientOrderId);
    return handedIn;
  }
}

/** As intake asks of its users: when the server does not answer, the same signal is sent again. */
async function submitUntilAnswered(
  intake: Pick<SignalIntake, 'submit'>,
  tradingSignal: TradingSignal,
  signal: AbortSignal,
  isPassing: (result: IntakeResult) => boolean = () => false,
): Promise<IntakeResult> {
  let last: unknown;
  const submit = async (): Promise<IntakeResult | undefined> => {
    try {
      const result = await intake.submit(tradingSignal);
      if (!isPassing(result)) return result;
      last = JSON.stringify(result);
      return undefined;
    } catch (error) {
      if (!(error instanceof IntakeUnavailableError)) throw error;
      last = error;
      return undefined;
    }
  };
  const result = await pollUntil(submit, within(INTAKE_MAX_MS, signal));
  if (!result) throw new Violation('intake comes back', `no answer within ${INTAKE_MAX_MS} ms: ${String(last)}`);
  return result;
}

/** What intake says of a signal of this moment when its own clock is wrong. */
function isOfWrongTime(result: IntakeResult): boolean {
  return result.status === 'refused' && (result.code === 'STALE_SIGNAL' || result.code === 'SIGNAL_FROM_FUTURE');
}

/** Best effort, as for a person: what cannot be cancelled in time takes its course. */
async function cancelLater(
  { fingerprint }: HandedIn,
  afterMs: number,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  await pause(afterMs, signal);
  try {
    const handle = client.workflow.getHandle(fingerprint);
    await client.withDeadline(Date.now() + CANCEL_TIMEOUT_MS, () =>
      handle.executeUpdate(cancelUpdate, { args: ['changed my mind'] }),
    );
  } catch (error) {
    if (!isUnanswered(error) && !isExpectedRefusal(error)) throw error;
  }
}
