import { setTimeout as delay } from 'node:timers/promises';
import type { AccountReport, Expectations } from '../../domain/preflight/facts';
import type { PreflightFinding } from '../../domain/preflight/finding';
import { judgeAccount } from '../../domain/preflight/judge';
import { AccountReader, type ReaderOptions } from './account-reader';

/** Between two rounds of questions, some of which were not answered. */
const ROUND_PAUSE_MS = 250;
/** One wrong answer of a venue must not end what runs: a refusal is confirmed by a second reading, which begins after this. */
const CONFIRMATION_PAUSE_MS = 500;

/** What is known before anything is read. */
export type PreflightTerms = Omit<Expectations, 'keptAccountIds' | 'takerFee'>;

export interface PreflightOptions extends ReaderOptions {
  readonly terms: PreflightTerms;
  /** Accounts that this data folder and namespace are known to belong to. */
  readonly keptAccountIds: () => Promise<readonly string[]>;
  /** Questions that may be asked at once; more would take the room that orders and balances need. */
  readonly questionsMax: number;
  /** Before a refusal is confirmed by a second reading; absent: CONFIRMATION_PAUSE_MS. */
  readonly confirmAfterMs?: number;
  /** UTC, milliseconds. */
  readonly nowMs?: () => number;
}

/** Finds out whether an account is fit to be traded as it is configured. */
export class Preflight {
  private readonly reader: AccountReader;

  constructor(private readonly options: PreflightOptions) {
    this.reader = new AccountReader(options);
  }

  /** Whether everything was read; false: asking again may tell more. */
  get isComplete(): boolean {
    return this.reader.isComplete;
  }

  /** What is known so far. */
  get report(): AccountReport {
    return this.reader.report();
  }

  /** The account's number, where it was told. */
  get accountId(): string | undefined {
    const { key } = this.report;
    return key.status === 'known' ? key.facts.accountId : undefined;
  }

  /** From now on everything is asked again; what was answered stands until then. */
  askAnew(): void {
    this.reader.askAnew();
  }

  /**
   * Asks what has no answer yet, sets leverage where that is configured and nothing speaks against the account, and judges.
   *
   * @param waitMaxMs no round of questions begins later
   */
  async look(waitMaxMs: number): Promise<readonly PreflightFinding[]> {
    const { terms, confirmAfterMs = CONFIRMATION_PAUSE_MS } = this.options;
    this.reader.resume();
    await this.ask(waitMaxMs);
    let findings = await this.judge();
    if (findings.some(isRefusal)) {
      await delay(confirmAfterMs);
      this.reader.askAnew();
      await this.ask(waitMaxMs);
      findings = await this.judge();
    }
    if (terms.leverageAtVenue !== 'set' || findings.some(isRefusal)) return findings;
    await this.reader.setLeverage(terms.leverage);
    return this.judge('set');
  }

  private async ask(waitMaxMs: number): Promise<void> {
    const endsAtMs = performance.now() + waitMaxMs;
    let { questionsMax } = this.options;
    for (;;) {
      const before = this.reader.openCount;
      await this.reader.ask(questionsMax);
      questionsMax -= before;
      const isLate = performance.now() + ROUND_PAUSE_MS > endsAtMs;
      if (this.reader.openCount === 0 || questionsMax <= 0 || isLate) return;
      await delay(ROUND_PAUSE_MS);
    }
  }

  /** Leverage that is going to be set is no objection before that was tried. */
  private async judge(leverageAtVenue?: Expectations['leverageAtVenue']): Promise<readonly PreflightFinding[]> {
    const { terms, inspector, keptAccountIds, nowMs = Date.now } = this.options;
    const planned = terms.leverageAtVenue === 'set' ? 'will_set' : terms.leverageAtVenue;
    const expected: Expectations = {
      ...terms,
      leverageAtVenue: leverageAtVenue ?? planned,
      keptAccountIds: await keptAccountIds(),
      takerFee: inspector.takerFee,
    };
    return judgeAccount(this.reader.report(), expected, nowMs());
  }
}

export function isRefusal({ severity }: PreflightFinding): boolean {
  return severity === 'refuse';
}
