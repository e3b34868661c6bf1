/** What may be done so often at once, and comes back in time. */
export interface Bucket {
  /** What is left, at that time. */
  left: number;
  /** Milliseconds on a clock that nobody sets. */
  atMs: number;
}

/** Takes one out of it. @returns false: there was none */
export function takeFrom(bucket: Bucket, nowMs: number, burst: number, perSecond: number): boolean {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  bucket.left = Math.min(burst, bucket.left + (elapsedMs / 1_000) * perSecond);
  bucket.atMs = nowMs;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}
