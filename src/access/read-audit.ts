import { closeSync, fstatSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { FileUnusableError, openRegularFile } from '../process/bounded-file';
import { AuditError, auditFileName, auditFolder } from './audit';

const DAY_MS = 86_400_000;
/** Bytes that are read of one day, from its end. */
const READ_BYTES_MAX = 4 * 1_048_576;
/** Lines that are shown, the newest. */
export const AUDIT_LINES_MAX = 1_000;

/** A line as it was written: fields by their names. */
export type AuditRow = Readonly<Record<string, string>>;

/** @returns empty when there is no such file */
function readEnd(path: string): string {
  let descriptor: number;
  try {
    descriptor = openRegularFile(path, { bytesMax: Number.POSITIVE_INFINITY, what: 'The audit' });
  } catch (error) {
    if (!(error instanceof FileUnusableError)) throw error;
    if (error.code === 'ENOENT') return '';
    throw new AuditError(error.message);
  }
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, READ_BYTES_MAX));
    const length = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** @returns undefined for a line that was torn */
function parseRow(line: string): AuditRow | undefined {
  try {
    const fields = Object.entries(JSON.parse(line) as object);
    return Object.fromEntries(fields.filter((field): field is [string, string] => typeof field[1] === 'string'));
  } catch {
    return undefined;
  }
}

/**
 * What was audited on the last days, oldest first.
 *
 * @param days today included
 * @param nowMs milliseconds UTC
 * @throws AuditError where a file of it cannot be read, or is none
 */
export function readAudit(dataDir: string, days: number, nowMs: number): readonly AuditRow[] {
  let rows: readonly AuditRow[] = [];
  for (let day = 0; day < days && rows.length < AUDIT_LINES_MAX; day += 1) {
    const text = readEnd(join(auditFolder(dataDir), auditFileName(nowMs - day * DAY_MS)));
    const ofDay = text.split('\n').map(parseRow);
    rows = [...ofDay.filter((row) => row !== undefined), ...rows];
  }
  return rows.slice(-AUDIT_LINES_MAX);
}
