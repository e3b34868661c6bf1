import type vm from 'node:vm';
import type { AsyncStack } from '../../../src/temporal/async-stack';
import { Crossings } from '../../../src/temporal/crossings';
import { countCrossings, mendAfterTimeouts } from '../../../src/temporal/workflow-thread';

type RunInContext = vm.Script['runInContext'];

const CONTEXT = {};

/** A script that notes what it is run with, and the class-like object that is changed. */
function fakeScript(run: RunInContext = () => 'result') {
  const calls: unknown[][] = [];
  const runInContext: RunInContext = (...given) => {
    calls.push(given);
    return run(...given);
  };
  return { script: { runInContext }, calls };
}

describe('a counted crossing', () => {
  let crossings: Crossings;

  beforeEach(() => {
    crossings = new Crossings();
  });

  test('has no time limit, and keeps its other options', () => {
    const { script, calls } = fakeScript();
    countCrossings(script, crossings);
    const options = { timeout: 5_000, displayErrors: true };
    expect(script.runInContext(CONTEXT, options)).toBe('result');
    expect(calls).toEqual([[CONTEXT, { timeout: undefined, displayErrors: true }]]);
    expect(options.timeout).toBe(5_000);
  });

  test.each([undefined, {}, { displayErrors: true }])(
    'that had no time limit is run with what it was given: %j',
    (options) => {
      const { script, calls } = fakeScript();
      countCrossings(script, crossings);
      script.runInContext(CONTEXT, options);
      expect(calls[0]?.[1]).toBe(options);
    },
  );

  test('shows that the thread is inside for as long as it lasts, to whoever shares the memory', () => {
    const seen: boolean[] = [];
    const other = new Crossings(crossings.shared);
    const { script } = fakeScript(() => seen.push(other.isInside));
    countCrossings(script, crossings);
    script.runInContext(CONTEXT);
    expect([...seen, other.isInside]).toEqual([true, false]);
  });

  test('that throws is over, too', () => {
    const { script } = fakeScript(() => {
      throw new Error('refused');
    });
    countCrossings(script, crossings);
    expect(() => script.runInContext(CONTEXT)).toThrow('refused');
    expect(crossings.isInside).toBe(false);
  });

  test('within another one leaves the thread inside', () => {
    const seen: boolean[] = [];
    const { script } = fakeScript((_context, options) => {
      if (options !== undefined) return;
      script.runInContext(CONTEXT, {});
      seen.push(crossings.isInside);
    });
    countCrossings(script, crossings);
    script.runInContext(CONTEXT);
    expect(seen).toEqual([true]);
  });
});

describe('a crossing that the SDK watches over', () => {
  const MARK = { length: 1, executionId: 2, triggerId: 3 };

  function fakeStack(): AsyncStack & { readonly returned: unknown[] } {
    const returned: unknown[] = [];
    return { returned, mark: () => MARK, returnTo: (mark) => returned.push(mark) };
  }

  test('that is cut off leaves the stack of asynchronous contexts as it was', () => {
    const { script } = fakeScript(() => {
      throw new Error('Script execution timed out');
    });
    const stack = fakeStack();
    mendAfterTimeouts(script, stack);
    expect(() => script.runInContext(CONTEXT, { timeout: 5_000 })).toThrow('timed out');
    expect(stack.returned).toEqual([MARK]);
  });

  test('that ends by itself keeps its options, and leaves that stack alone', () => {
    const { script, calls } = fakeScript();
    const stack = fakeStack();
    mendAfterTimeouts(script, stack);
    const options = { timeout: 5_000 };
    expect(script.runInContext(CONTEXT, options)).toBe('result');
    expect(calls[0]?.[1]).toBe(options);
    expect(stack.returned).toEqual([]);
  });

  test('is left as it is where Node does not show that stack', () => {
    const { script } = fakeScript();
    const before = script.runInContext;
    mendAfterTimeouts(script, undefined);
    expect(script.runInContext).toBe(before);
  });
});
