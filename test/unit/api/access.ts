import type { AuditEntry } from '../../../src/access/audit';
import type { ApiAudit } from '../../../src/api/api-audit';
import type { ApiDependencies } from '../../../src/api/server';

/** Asks nobody for a token, as for paper on loopback. */
export const OPEN_GATE: ApiDependencies['gate'] = {
  admit: () => ({ kind: 'anyone' }),
  openSession: () => ({ admission: { kind: 'refused', reason: 'unknown' } }),
  closeSession: () => undefined,
};

/** Keeps in memory what the API audits. */
export class KeptAudit implements ApiAudit {
  readonly entries: AuditEntry[] = [];
  /** Set: lines cannot be written. */
  failure: Error | undefined;

  require(entry: AuditEntry): void {
    if (this.failure) throw this.failure;
    this.entries.push(entry);
  }

  attempt(entry: AuditEntry): void {
    if (!this.failure) this.entries.push(entry);
  }
}
