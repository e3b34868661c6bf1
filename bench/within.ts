/**
 * What work comes to, or what there is to say when it takes too long: a signal whose order is missing ends on a person's word
 * only, and nobody watches a measurement. The work itself goes on.
 *
 * @param late gives the result then, or throws
 * @throws what `work` or `late` throws, or what `abort` was aborted with
 */
export async function within<Result>(
  work: Promise<Result>,
  maxMs: number,
  abort: AbortSignal,
  late: () => Result,
): Promise<Result> {
  // Nobody waits for it any more when it is late, and closing its connection makes it fail.
  work.catch(() => undefined);
  let stop = (): void => undefined;
  const end = new Promise<'late'>((resolve, reject) => {
    const timer = setTimeout(() => resolve('late'), Math.max(maxMs, 0));
    const interrupted = (): void => reject(abort.reason as Error);
    stop = () => {
      clearTimeout(timer);
      abort.removeEventListener('abort', interrupted);
    };
    abort.addEventListener('abort', interrupted, { once: true });
    if (abort.aborted) interrupted();
  });
  try {
    return await Promise.race([work, end.then(late)]);
  } finally {
    stop();
  }
}
