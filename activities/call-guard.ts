import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { isRecord } from '../src/domain/plain-values';
import { quoteValue } from '../src/domain/quote-value';
import { showVenue, type NamedVenue, type TradingVenue } from '../src/domain/trading-venue';
import { orphanWorkflowId } from '../src/messages/ids';
import type { Refusal, RefusalCode } from '../src/messages/refusal';

export interface CallGuardOptions {
  /** The one venue that this process trades on. */
  readonly ours: TradingVenue;
  /** Whether a run began before environments travelled along: only then may its calls name none. */
  readonly isOfBefore: (workflowId: string, runId: string) => Promise<boolean>;
  /** Tells a person. */
  readonly refused: (sentence: string) => void;
}

/**
 * What only follows an order that may be out already: refusing may stop sending, never looking up, cancelling or booking. An
 * engine of an older release that was started again makes such calls name no environment.
 */
const FOLLOWING: ReadonlySet<string> = new Set(['lookUpOrder', 'cancelOrder', 'bookFill', 'releaseFunds']);

/** Activities of which every one says in its first argument for which venue it is. */
type Guardable<Activities> = {
  readonly [Name in keyof Activities]: Activities[Name] extends (call: infer Call) => Promise<unknown>
    ? Call extends NamedVenue
      ? Activities[Name]
      : never
    : never;
};

/**
 * Stands before every activity that trades, or does something else at a venue: a call for another venue or environment
 * than this process's own, or in another signal's name, is refused before its first byte.
 */
export class CallGuard {
  constructor(private readonly options: CallGuardOptions) {}

  /**
   * @param activities an activity that names no venue does not compile
   * @param where `local`: only workflows that this very worker runs may call them
   * @returns the same activities behind the guard
   */
  protect<Activities extends Guardable<Activities>>(
    activities: Activities,
    where: 'local' | 'anywhere' = 'anywhere',
  ): Activities {
    const guarded = Object.entries<(call: NamedVenue) => Promise<unknown>>(activities as never).map(
      ([name, activity]) => [
        name,
        async (call: NamedVenue) => {
          await this.check(name, call, where);
          return activity(call);
        },
      ],
    );
    return Object.fromEntries(guarded) as Activities;
  }

  /**
   * Tells a person why a call is refused, and refuses it.
   *
   * @param who calls, where the sentence does not say it
   * @throws ApplicationFailure that is not retried, of the refusal's code
   */
  refuse({ code, message }: Refusal, who?: string): never {
    this.options.refused(who === undefined ? message : `${quoteValue(who)}: ${message}`);
    throw ApplicationFailure.nonRetryable(message, code);
  }

  private async check(name: string, call: unknown, where: 'local' | 'anywhere'): Promise<void> {
    const { workflowExecution, isLocal } = activityInfo();
    const refuse = (code: RefusalCode, fault: string): never =>
      this.refuse({ code, message: `${name} was refused: ${fault}. Nothing was reserved or sent by it.` });
    if (!workflowExecution || (where === 'local' && !isLocal)) {
      return refuse('SIGNAL_NOT_GENUINE', 'no workflow of this process asks for it');
    }
    const { ours } = this.options;
    const { workflowId, runId } = workflowExecution;
    const { environment, venue, fingerprint }: Record<string, unknown> = isRecord(call) ? call : {};
    if (environment === undefined) {
      if (!FOLLOWING.has(name) && !(await this.options.isOfBefore(workflowId, runId))) {
        const remedy = 'whoever began it runs an older release: restart that program';
        return refuse('ENVIRONMENT_MISMATCH', `${quoteValue(workflowId)} names no environment; ${remedy}`);
      }
    } else if (environment !== ours.environment) {
      const remedy = `send it with the configuration of ${ours.environment}, or in the namespace of the other`;
      const fault = `${quoteValue(workflowId)} is for ${quoteValue(environment)}, and this process trades on ${showVenue(ours)}; ${remedy}`;
      return refuse('ENVIRONMENT_MISMATCH', fault);
    }
    if (venue !== undefined && venue !== ours.venue) {
      const fault = `${quoteValue(workflowId)} is for ${quoteValue(venue)}, and this installation trades on ${ours.venue}; send it with the configuration of the installation that trades on ${quoteValue(venue)}`;
      return refuse('UNKNOWN_VENUE', fault);
    }
    if (environment !== undefined && venue === undefined) return refuse('UNKNOWN_VENUE', 'it names no venue');
    if (fingerprint === undefined) return;
    const isItsOwn =
      typeof fingerprint === 'string' && [fingerprint, orphanWorkflowId(fingerprint)].includes(workflowId);
    if (!isItsOwn) {
      refuse('SIGNAL_NOT_GENUINE', `${quoteValue(workflowId)} asks for the signal ${quoteValue(fingerprint)}`);
    }
  }
}
