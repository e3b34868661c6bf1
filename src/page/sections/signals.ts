import type { SignalView } from '../../domain/signal-view';
import type { SignalSummary } from '../../intake/types';
import { someAtOnce } from '../../process/some-at-once';
import { SIGNALS_SHOWN_MAX, type PageSignal } from '../feed';
import { isoTime } from '../iso-time';

/** How far back the list goes: what is older is no news. */
const MINUTES_SHOWN = 1_440;
/** Signals that are asked for more than the list tells, in one reading: those that were asked longest ago. */
export const ASKED_PER_READING_MAX = 20;
const ASKED_AT_ONCE_MAX = 10;
const SILENT = 'It did not answer when it was asked how it stands.';

export interface SignalsSectionOptions {
  /** Newest first. */
  readonly list: (minutes: number, rowsMax: number) => Promise<readonly SignalSummary[]>;
  /** What a signal says of itself, within a bound. @returns undefined: nothing is known */
  readonly read: (fingerprint: string) => Promise<SignalView | undefined>;
}

interface Known {
  /** Readings of the section count them. */
  readonly askedAt: number;
  readonly view?: SignalView;
  /** It was asked and did not answer. */
  readonly isSilent?: boolean;
}

/**
 * The newest signals. The server's list tells how each ended and not where one stands that runs, or why one was denied: these are
 * asked, some with each reading; an ended one only until it has answered.
 */
export class SignalsSection {
  private known = new Map<string, Known>();
  private readings = 0;

  constructor(private readonly options: SignalsSectionOptions) {}

  async read(): Promise<readonly PageSignal[]> {
    const rows = await this.options.list(MINUTES_SHOWN, SIGNALS_SHOWN_MAX);
    const shown = new Set(rows.map(({ fingerprint }) => fingerprint));
    this.known = new Map([...this.known].filter(([fingerprint]) => shown.has(fingerprint)));
    this.readings += 1;
    await someAtOnce(this.toAsk(rows), ASKED_AT_ONCE_MAX, (fingerprint) => this.ask(fingerprint));
    return rows.map((row) => presentRow(row, this.known.get(row.fingerprint)));
  }

  private toAsk(rows: readonly SignalSummary[]): readonly string[] {
    const askedAt = (row: SignalSummary): number => this.known.get(row.fingerprint)?.askedAt ?? 0;
    return rows
      .filter((row) => row.status === 'running' || (row.outcome !== 'FILLED' && !this.hasEndTold(row)))
      .toSorted((one, other) => askedAt(one) - askedAt(other))
      .slice(0, ASKED_PER_READING_MAX)
      .map(({ fingerprint }) => fingerprint);
  }

  private hasEndTold({ fingerprint }: SignalSummary): boolean {
    return this.known.get(fingerprint)?.view?.outcome !== undefined;
  }

  /** Of one that does not answer it is unknown how it stands, whatever it said before. */
  private async ask(fingerprint: string): Promise<void> {
    const askedAt = this.readings;
    try {
      this.known.set(fingerprint, { askedAt, view: await this.options.read(fingerprint) });
    } catch {
      this.known.set(fingerprint, { askedAt, isSilent: true });
    }
  }
}

function presentRow(row: SignalSummary, known: Known | undefined): PageSignal {
  const isRunning = row.status === 'running';
  // What it said while it ran is not how it ended.
  const view = isRunning || known?.view?.outcome !== undefined ? known?.view : undefined;
  const isSilent = known?.isSilent === true && row.outcome !== 'FILLED';
  return {
    fingerprint: row.fingerprint,
    symbol: row.symbol,
    direction: row.direction,
    strategy: row.strategy,
    status: row.status,
    outcome: row.outcome,
    exit_reason: row.exitReason,
    started_at: new Date(row.startedAtMs).toISOString(),
    ended_at: isoTime(row.endedAtMs),
    state: view?.state,
    denial_code: view?.denialCode,
    detail: view?.detail,
    wait_until: isRunning ? isoTime(view?.waitUntilMs) : undefined,
    problem: isSilent ? SILENT : undefined,
  };
}
