import { pollUntil, type PollOptions } from '../src/process/poll';

export interface WaitOptions extends PollOptions {
  /** What may explain a wait in vain, such as a program's last words; the error repeats it. */
  readonly explain?: () => string;
}

/**
 * Waits for something that must happen: asks until there is an answer other than undefined and false.
 *
 * The attack and the benches, whose bounds end in errors of their own, use `pollUntil` itself.
 *
 * @param what completes "Waited 5000 ms for …"
 * @throws Error that says what did not happen, and what `pollUntil` throws
 */
export async function waitFor<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false>,
  { explain, ...poll }: WaitOptions,
): Promise<Answer> {
  const answer = await pollUntil(ask, poll);
  if (answer !== undefined) return answer;
  throw new Error([`Waited ${poll.timeoutMs} ms for ${what}.`, explain?.()].filter(Boolean).join(' '));
}
