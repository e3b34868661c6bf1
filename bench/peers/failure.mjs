/** A failure that a user can cause or mend: its message is one clear sentence, and no stack is shown. */
export class BenchFailure extends Error {}

/**
 * @param {unknown} error what was thrown
 * @returns {string} what to print for it
 */
export function describeFailure(error) {
  if (error instanceof BenchFailure) return error.message;
  if (['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(error?.code)) {
    return 'The packages of this bench are not installed: run "npm ci" in bench/peers first.';
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * Settles as `promise` does, or fails with `sentence` when that takes longer than `timeoutMs`.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} timeoutMs
 * @param {string} sentence
 * @returns {Promise<T>}
 */
export async function within(promise, timeoutMs, sentence) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new BenchFailure(sentence)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
