import { isFrequent, recordAudit, recordAudits, type AuditEntry } from '../access/audit';

/** Lines that are written at once; as many as signals are handed in at once. */
const GATHERED_MAX = 256;

/** Writes what the API was asked to change into the audit. */
export interface ApiAudit {
  /** @throws AuditError when the line cannot be written: what frees funds does not happen then */
  require(entry: AuditEntry): void;
  /** For what must not wait for it: a line that cannot be written is told to the log, once until one can be written again. */
  attempt(entry: AuditEntry): void;
}

/**
 * Lines of what programs do again and again are written with those that come of the same event: when the answers of several
 * signals are read at once, their lines are. Nothing else happens between.
 *
 * @param onFailure told of the first of the lines that cannot be written
 */
export function createApiAudit(
  dataDir: string,
  redact: (text: string) => string,
  onFailure: (error: unknown) => void,
): ApiAudit {
  let isFailing = false;
  let gathered: AuditEntry[] = [];
  const attemptAll = (entries: readonly AuditEntry[]): void => {
    try {
      recordAudits(dataDir, entries, { redact });
      isFailing = false;
    } catch (error) {
      if (!isFailing) onFailure(error);
      isFailing = true;
    }
  };
  const writeGathered = (): void => {
    const entries = gathered;
    gathered = [];
    if (entries.length > 0) attemptAll(entries);
  };
  return {
    require(entry) {
      writeGathered();
      recordAudit(dataDir, entry, { redact });
    },
    attempt(entry) {
      if (!isFrequent(entry)) {
        writeGathered();
        attemptAll([entry]);
        return;
      }
      gathered.push(entry);
      // After what promises still have to say of this event, and before the next one.
      if (gathered.length === 1) process.nextTick(writeGathered);
      else if (gathered.length >= GATHERED_MAX) writeGathered();
    },
  };
}
