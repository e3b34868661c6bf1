import { recordAudit, type AuditEntry } from '../access/audit';

/** Writes what the API was asked to change into the audit. */
export interface ApiAudit {
  /** @throws AuditError when the line cannot be written: what frees funds does not happen then */
  require(entry: AuditEntry): void;
  /** For what must not wait for it: a line that cannot be written is told to the log, once until one can be written again. */
  attempt(entry: AuditEntry): void;
}

/** @param onFailure told of the first of the lines that cannot be written */
export function createApiAudit(
  dataDir: string,
  redact: (text: string) => string,
  onFailure: (error: unknown) => void,
): ApiAudit {
  let isFailing = false;
  const record = (entry: AuditEntry): void => recordAudit(dataDir, entry, { redact });
  return {
    require: record,
    attempt(entry) {
      try {
        record(entry);
        isFailing = false;
      } catch (error) {
        if (!isFailing) onFailure(error);
        isFailing = true;
      }
    },
  };
}
