/** How long one piece of work took, and what came of it. */
interface Timed<Result> {
  readonly durationMs: number;
  readonly result: Result;
}

/** A burst of work with its overall pace. */
interface Burst<Result> {
  readonly pieces: readonly Timed<Result>[];
  readonly durationMs: number;
  readonly perSecond: number;
}

/**
 * Does work for every item, `atOnce` of them at a time: as soon as one ends, the next begins.
 *
 * @throws what the first piece of work throws, when all that began have ended, or what `signal` was aborted with
 */
export async function runPaced<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<Result>,
): Promise<Burst<Result>> {
  const queue = [...items];
  const pieces: Timed<Result>[] = [];
  const failures: unknown[] = [];
  const startedMs = performance.now();
  const takeNext = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && failures.length === 0; item = queue.shift()) {
      try {
        signal.throwIfAborted();
        const beganMs = performance.now();
        const result = await work(item);
        pieces.push({ durationMs: performance.now() - beganMs, result });
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeNext));
  if (failures.length > 0) throw failures[0];
  const durationMs = performance.now() - startedMs;
  return { pieces, durationMs, perSecond: (items.length * 1_000) / durationMs };
}
