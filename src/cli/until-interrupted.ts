import { outputLost } from './lost-output';

/** @returns aborted at Ctrl-C or SIGTERM, as one who watches ends it, and when nobody reads or can be written to any more */
export function untilInterrupted(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
  return AbortSignal.any([ending.signal, outputLost]);
}
