import { patched } from '@temporalio/workflow';
import { RULES_OF_TODAY, type AccountRules, type AccountState } from '../src/domain/account-rules';
import { RULES_OF_TODAY as RULES_1 } from '../src/domain/rules-1/account-rules';
import { RULES_OF_TODAY as RULES_2 } from '../src/domain/rules-2/account-rules';
import { RULES_OF_TODAY as RULES_3 } from '../src/domain/rules-3/account-rules';
import { RULES_OF_TODAY as RULES_4 } from '../src/domain/rules-4/account-rules';
import type { EntryToTell } from './entries-to-tell';

/**
 * Every version of the account's rules under which a run may be open somewhere, oldest first; versions count from 1, and
 * the last is today's. Older ones are frozen copies, whose state may have another shape: nothing else looks into it.
 */
export const ACCOUNT_RULES: readonly AccountRules[] = [
  RULES_1 as object as AccountRules,
  RULES_2 as object as AccountRules,
  RULES_3 as object as AccountRules,
  RULES_4 as object as AccountRules,
  RULES_OF_TODAY,
];

/** What continue-as-new carries over: the state, and the version that made it. */
export interface CarriedAccount extends AccountState {
  /** Absent in runs of before there were versions: 1. */
  readonly rules?: number;
  /** The account follows one that was lost, and the venue has not told its open orders yet. */
  readonly awaitsOpenOrders?: boolean;
  /** Entries whose positions nobody has booked; absent: in runs that did not keep them. */
  readonly entriesToTell?: readonly EntryToTell[];
}

/**
 * The rules of one run. A run keeps the rules of the worker that took its first step for as long as it lives, whoever
 * replays it; a worker that knows newer ones makes it continue as new under them before it answers by them. So what was
 * answered is never computed again by other rules.
 */
export class RulesOfRun {
  private readonly version: number;

  /** Call it in the run's first step. @param all see ACCOUNT_RULES */
  constructor(private readonly all: readonly AccountRules[]) {
    this.version = firstStepVersion(all.length);
  }

  /** Counts from 1. */
  get number(): number {
    return this.version;
  }

  get rules(): AccountRules {
    return this.all[this.version - 1]!;
  }

  /** Whether the run must continue as new: true from the first step on that a worker with newer rules takes. */
  get areOutdated(): boolean {
    const latest = this.all.length;
    return this.version < latest && patched(`account-gives-way-to-rules-${latest}`);
  }

  /**
   * What a former run carried over, as this version's state.
   *
   * @throws Error when newer rules than this run's made it: the step fails, and a worker that knows them takes it over
   */
  adopt(carried: CarriedAccount | undefined): AccountState | undefined {
    if (carried === undefined) return undefined;
    const { rules: madeBy = 1, ledger, window, risk } = carried;
    const state: AccountState = { ledger, window, ...(risk && { risk }) };
    if (madeBy > this.version) {
      throw new Error(`This account was carried over under rules ${madeBy}; this worker knows ${this.version} only.`);
    }
    return this.all
      .slice(madeBy, this.version)
      .reduce<AccountState>((older, { adopt }) => adopt?.(older) ?? older, state);
  }

  carry(state: AccountState): CarriedAccount {
    return { ...state, rules: this.version };
  }
}

/** The newest version that the worker knows which takes the run's first step; recorded, so that every replay agrees. */
function firstStepVersion(latest: number): number {
  for (let version = latest; version > 1; version -= 1) {
    if (patched(`account-rules-${version}`)) return version;
  }
  return 1;
}
