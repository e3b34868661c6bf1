import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reduceAlerts } from '../../domain/alerts/reduce';
import type { AlertState } from '../../domain/alerts/state';
import { errorCode } from '../../process/error-code';
import { bookPath, readBook, type FoundBook } from './book-file';
import { DRAFT_ENDING } from './safe-file';
import { readSpool, type SpooledFile } from './spool';

/** A disk that does not take so much takes no book either, bytes. */
const TRIAL_BYTES = 65_536;
/** What says that nothing can be written, and not that we may not. */
const DISK_FAULTS: readonly string[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

/** What somebody who does not keep the book can know of alerts. */
export interface AlertsFound {
  readonly found: FoundBook;
  readonly spool: readonly SpooledFile[];
  /** Why that is not all there is to know, sentences; none: it is. */
  readonly unknown: readonly string[];
}

/** Looks at the book and the spool of a data folder, and changes neither. Never throws. */
export function lookAtAlerts(dataDir: string, write = writeFileSync): AlertsFound {
  const found = readBook(dataDir);
  const { spool, fault: spoolFault } = lookAtSpool(dataDir);
  const diskFault = faultOfDisk(dataDir, write);
  return {
    found,
    spool,
    unknown: [
      ...(found.fault === undefined ? [] : [`The book of alerts, ${bookPath(dataDir)}, ${found.fault}.`]),
      ...(spoolFault === undefined ? [] : [`What processes left for it cannot be read (${spoolFault}).`]),
      ...(diskFault === undefined
        ? []
        : [`The disk of ${dataDir} takes nothing (${diskFault}), so what was found since may not be written down.`]),
    ],
  };
}

function lookAtSpool(dataDir: string): { readonly spool: readonly SpooledFile[]; readonly fault?: string } {
  try {
    return { spool: readSpool(dataDir) };
  } catch (error) {
    return { spool: [], fault: errorCode(error) ?? String(error) };
  }
}

/** Who keeps the book goes on in memory where the disk takes nothing, and cannot say so there. */
function faultOfDisk(dataDir: string, write: typeof writeFileSync): string | undefined {
  const trial = join(dataDir, 'run', `.trial.${process.pid}${DRAFT_ENDING}`);
  try {
    write(trial, Buffer.alloc(TRIAL_BYTES), { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    const code = errorCode(error) ?? '';
    return DISK_FAULTS.includes(code) ? code : undefined;
  } finally {
    try {
      rmSync(trial, { force: true });
    } catch {
      // Where nothing can be written nothing is there.
    }
  }
}

/** The state once what lies in the spool is taken in. @param nowMs UTC, milliseconds */
export function stateAfterSpool({ found, spool }: AlertsFound, nowMs: number): AlertState {
  const taken = new Set(found.book.taken);
  const events = spool.flatMap(({ name, event }) => (event === undefined || taken.has(name) ? [] : [event]));
  const tick = { kind: 'tick' } as const;
  return [...events, tick].reduce((state, event) => reduceAlerts(state, event, nowMs).state, found.book.state);
}
