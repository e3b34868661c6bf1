import { stopsEntries, type PreflightFinding } from '../../domain/preflight/finding';

/** Whether entries may leave, by what was last found out about the account. Exits always may. */
export class EntryGate {
  private found: readonly PreflightFinding[] = [];

  /** @param nowMs UTC, milliseconds */
  constructor(private readonly nowMs: () => number = Date.now) {}

  set(findings: readonly PreflightFinding[]): void {
    this.found = findings;
  }

  /** @returns why no entry in this symbol may leave now; undefined: it may */
  faultFor(symbol: string): string | undefined {
    const nowMs = this.nowMs();
    return this.found.find((finding) => stopsEntries(finding, symbol, nowMs))?.sentence;
  }

  /** What stops entries now, of any symbol. */
  stops(): readonly PreflightFinding[] {
    const nowMs = this.nowMs();
    return this.found.filter((finding) => stopsEntries(finding, finding.symbols?.[0] ?? '', nowMs));
  }
}
