/** @returns aborted at Ctrl-C or SIGTERM, as one who watches ends it */
export function untilInterrupted(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
  return ending.signal;
}
