/** The places of the two numbers in the shared memory. */
const INSIDE = 0;
const CHANGES = 1;

/**
 * How a workflow thread stands with the sandbox, in memory that it shares with the process: whether it is inside, and how
 * often that has changed. It is written at every crossing and costs nothing between them, least of all while nothing runs.
 */
export class Crossings {
  /** @param shared two numbers in shared memory: what another thread was handed, or new ones */
  constructor(readonly shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))) {}

  enter(): void {
    Atomics.add(this.shared, INSIDE, 1);
    Atomics.add(this.shared, CHANGES, 1);
  }

  leave(): void {
    Atomics.sub(this.shared, INSIDE, 1);
    Atomics.add(this.shared, CHANGES, 1);
  }

  get isInside(): boolean {
    return Atomics.load(this.shared, INSIDE) > 0;
  }

  /** Two equal readings with `isInside`: the thread is in one and the same crossing, or was 2^31 crossings apart. */
  get changes(): number {
    return Atomics.load(this.shared, CHANGES);
  }
}
