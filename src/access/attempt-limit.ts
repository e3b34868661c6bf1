import { takeFrom, type Bucket } from './bucket';

/** Addresses that are remembered; the one that was quiet the longest is forgotten first. */
const ADDRESSES_MAX = 1_024;
/** Refusals of one address, and of all together, that are told at once. */
const ADDRESS_BURST = 10;
const TOTAL_BURST = 100;
/** How fast they come back: one address, and all together. */
const ADDRESS_PER_SECOND = 0.2;
const TOTAL_PER_SECOND = 2;

/**
 * Bounds what refused attempts cost: each that is counted leaves a line in log and audit. Who shows a good token is not held
 * up by it, because programs share addresses, and one that guesses must not lock out another.
 */
export class AttemptLimit {
  private readonly addresses = new Map<string, Bucket>();
  private readonly total: Bucket;

  /** @param nowMs milliseconds on a clock that nobody sets, as in `refuse` */
  constructor(nowMs: number) {
    this.total = { left: TOTAL_BURST, atMs: nowMs };
  }

  /** @returns whether this refusal is still told; false: there were too many */
  refuse(address: string, nowMs: number): boolean {
    const bucket = this.addresses.get(address) ?? { left: ADDRESS_BURST, atMs: nowMs };
    // The last one that was heard of stands last.
    this.addresses.delete(address);
    this.addresses.set(address, bucket);
    if (this.addresses.size > ADDRESSES_MAX) this.addresses.delete(this.addresses.keys().next().value ?? '');
    if (!takeFrom(bucket, nowMs, ADDRESS_BURST, ADDRESS_PER_SECOND)) return false;
    return takeFrom(this.total, nowMs, TOTAL_BURST, TOTAL_PER_SECOND);
  }
}
