/** What a call came to: it worked, the venue refused it with a code, does not serve it, or the library could not use the answer. */
type Came = 'worked' | 'not served' | 'failed' | number;

export interface CallOutcome {
  readonly call: string;
  readonly came: Came;
  readonly reason?: string;
}

const WORDS: readonly unknown[] = ['worked', 'not served', 'failed'];

/** By client library: its calls in order, and what each has to come to. */
export type ExpectedCalls = Readonly<Record<string, readonly (readonly [call: string, came: Came])[]>>;

export interface Verdict {
  readonly call: string;
  readonly came: Came | 'not made';
  readonly expected: Came | 'not in the table';
  readonly agrees: boolean;
  readonly reason?: string;
}

/** Reads what a program of calls wrote. @throws Error for a line that is none of a call */
export function parseOutcomes(output: string): readonly CallOutcome[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map(parseOutcome);
}

function parseOutcome(line: string): CallOutcome {
  const { call, came, reason } = JSON.parse(line) as Partial<CallOutcome>;
  if (typeof call === 'string' && (WORDS.includes(came) || Number.isInteger(came))) {
    return { call, came: came as Came, reason };
  }
  throw new Error(`A program of calls wrote a line that is none of a call: ${line}`);
}

/** Call by call: one that was not made, and one that is not in the table, disagree. */
export function compare(expected: ExpectedCalls[string], outcomes: readonly CallOutcome[]): readonly Verdict[] {
  const left = new Map(expected);
  const made = outcomes.map(({ call, came: actual, reason }): Verdict => {
    const wanted = left.get(call);
    left.delete(call);
    const agrees = actual === wanted && actual !== 'failed';
    return { call, came: actual, expected: wanted ?? 'not in the table', agrees, reason };
  });
  const missing = [...left].map(([call, wanted]): Verdict => ({
    call,
    came: 'not made',
    expected: wanted,
    agrees: false,
  }));
  return [...made, ...missing];
}

/** How many calls came to what. */
export function describeSums(verdicts: readonly Verdict[]): string {
  const count = (matches: (verdict: Verdict) => boolean): number => verdicts.filter(matches).length;
  const other = count(({ came: actual }) => actual === 'failed' || actual === 'not made');
  return [
    `${verdicts.length} calls`,
    `${count(({ came: actual }) => actual === 'worked')} worked`,
    `${count(({ came: actual }) => typeof actual === 'number')} refused with a code`,
    `${count(({ came: actual }) => actual === 'not served')} not served`,
    ...(other > 0 ? [`${other} failed`] : []),
  ].join(', ');
}
