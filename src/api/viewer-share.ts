import { takeFrom, type Bucket } from '../access/bucket';

/** Pages that one caller may have open at once: half of all, so that nobody turns away everybody else. */
export const VIEWERS_PER_CALLER_MAX = 16;
/** How often one caller may open the page at once, and how fast that comes back. */
export const OPENINGS_BURST = 30;
const OPENINGS_PER_SECOND = 0.5;
/** When one that opened it too often may do so again, seconds. */
export const OPENING_AFTER_SECONDS = 1 / OPENINGS_PER_SECOND;
/** Callers that are remembered; the one that was quiet the longest is forgotten first. */
const CALLERS_MAX = 1_024;

/**
 * What one caller may have of the page: a token, with all its sessions, or this machine where no token is needed. A page that is
 * loaded again and again costs a whole page each time, and one that is open takes a place from others.
 */
export class ViewerShares {
  private readonly openings = new Map<string, Bucket>();
  private readonly open = new Map<string, number>();

  /** @param clock milliseconds, never goes back */
  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Counts one more try to open the page. @returns why it is not opened */
  refusalFor(caller: string): 'TOO_MANY_OPENINGS' | 'TOO_MANY_WINDOWS' | undefined {
    const nowMs = this.clock();
    const bucket = this.openings.get(caller) ?? { left: OPENINGS_BURST, atMs: nowMs };
    // The last one that was heard of stands last.
    this.openings.delete(caller);
    this.openings.set(caller, bucket);
    if (this.openings.size > CALLERS_MAX) this.openings.delete(this.openings.keys().next().value ?? '');
    if (!takeFrom(bucket, nowMs, OPENINGS_BURST, OPENINGS_PER_SECOND)) return 'TOO_MANY_OPENINGS';
    return (this.open.get(caller) ?? 0) >= VIEWERS_PER_CALLER_MAX ? 'TOO_MANY_WINDOWS' : undefined;
  }

  /** It is opened. @returns what is called when it is closed */
  enter(caller: string): () => void {
    this.open.set(caller, (this.open.get(caller) ?? 0) + 1);
    return () => {
      const left = (this.open.get(caller) ?? 0) - 1;
      if (left > 0) this.open.set(caller, left);
      else this.open.delete(caller);
    };
  }
}
