/** Free space must be above the mark by this factor before entries are taken again, so that they do not come and go. */
const ENOUGH_AGAIN_FACTOR = 1.1;

/** What is known of the disk: unknown counts as low, because a full one loses what was accepted. */
export type DiskState = 'enough' | 'low' | 'unknown';

/**
 * @param freeBytes undefined: it cannot be told
 * @param markBytes below it the disk is low; 0: nothing is asked, and it never is
 */
export function diskStateAfter(before: DiskState, freeBytes: number | undefined, markBytes: number): DiskState {
  if (markBytes === 0) return 'enough';
  if (freeBytes === undefined || !Number.isFinite(freeBytes)) return 'unknown';
  return freeBytes >= bytesForEnough(before, markBytes) ? 'enough' : 'low';
}

/** @returns so much has to be free for entries to be taken */
export function bytesForEnough(before: DiskState, markBytes: number): number {
  return before === 'low' ? markBytes * ENOUGH_AGAIN_FACTOR : markBytes;
}
