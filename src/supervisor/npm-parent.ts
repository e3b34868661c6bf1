/** How often the parent is looked at. */
const PARENT_CHECK_INTERVAL_MS = 500;

/**
 * npm passes no signal on to the script it runs: whoever ends `npm start` by its process id means the program. Does nothing
 * for a process that npm did not start.
 *
 * @param onGone called once, when npm has ended
 */
export function followNpm(onGone: () => void, env: NodeJS.ProcessEnv = process.env): void {
  if (env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    onGone();
  }, PARENT_CHECK_INTERVAL_MS).unref();
}
