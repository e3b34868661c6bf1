import { closeSync, openSync } from 'node:fs';

/**
 * Where the crash sweep kills a process: before and after every step of the saga that touches the world. The names are
 * the sweep's list of cases.
 */
export const CRASH_POINTS = [
  'intake.before-start',
  'intake.after-start',
  'saga.started',
  'reserve.before-plan',
  'reserve.before-update',
  'reserve.after-update',
  'trade.before-send',
  'trade.after-send',
  'trade.after-observe',
  'trade.after-commit',
  'saga.traded',
  'place.before-permit',
  'place.after-permit',
  'place.before-send',
  'place.after-send',
  'place.after-observe',
  'look-up.before',
  'look-up.after',
  'cancel.before',
  'cancel.after',
  'saga.settling',
  'commit.before-update',
  'commit.after-update',
  'saga.committed',
  'withdraw.before-update',
  'withdraw.after-update',
  'release.before-update',
  'release.after-update',
  'saga.ended',
] as const;

/** The same of a position's life: from the venue's report to the booked trade. */
export const POSITION_CRASH_POINTS = [
  'report.before-tell',
  'report.after-tell',
  'position.started',
  'protect.before',
  'protect.after',
  'exit.before-start',
  'exit.after-start',
  'book.before',
  'book.after',
] as const;
export type CrashPoint = (typeof CRASH_POINTS | typeof POSITION_CRASH_POINTS)[number];

/** Names the point, or several with commas between, at which this process kills itself. For tests of the guarantees only. */
export const CRASH_POINT_VARIABLE = 'ONCEFILL_CRASH_POINT';
/** A file that the first crash leaves behind, so that the restarted process lives. */
export const CRASH_FILE_VARIABLE = 'ONCEFILL_CRASH_FILE';

/** The variables of a test that asks for a crash; such a process must trade on nothing but paper. */
export const CRASH_VARIABLES = [CRASH_POINT_VARIABLE, CRASH_FILE_VARIABLE] as const;

/** Kills this process with SIGKILL if a test asked for it here; otherwise does nothing. */
export function crashPoint(point: CrashPoint): void {
  if (!process.env[CRASH_POINT_VARIABLE]?.split(',').includes(point)) return;
  const file = process.env[CRASH_FILE_VARIABLE];
  if (file === undefined) return;
  try {
    closeSync(openSync(file, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  process.kill(process.pid, 'SIGKILL');
}
