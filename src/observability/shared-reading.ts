/**
 * Those who want one answer at the same moment ask for it together, and nobody gets one that was asked for longer ago than that.
 *
 * @param sharedForMs for so long after it was asked for, an answer counts for whoever else wants it
 * @returns a function that rejects with what asking throws; whoever comes next asks anew
 */
export function sharedReading<Value>(
  ask: () => Promise<Value>,
  sharedForMs: number,
  clock: () => number = () => performance.now(),
): () => Promise<Value> {
  let last: { readonly askedAtMs: number; readonly reading: Promise<Value> } | undefined;
  return () => {
    if (last !== undefined && clock() - last.askedAtMs < sharedForMs) return last.reading;
    const own = { askedAtMs: clock(), reading: (async () => ask())() };
    last = own;
    own.reading.catch(() => {
      if (last === own) last = undefined;
    });
    return own.reading;
  };
}
