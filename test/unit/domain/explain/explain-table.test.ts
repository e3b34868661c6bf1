/** Every denial code, outcome and answer of a venue has a scenario, and its explanation says what a person needs. */
import { DENIAL_CODES, type DenialCode } from '../../../../src/domain/denial';
import { CODE_MEANINGS } from '../../../../src/domain/explain/remedies';
import type { Explanation } from '../../../../src/domain/explain/types';
import { SIGNAL_OUTCOMES } from '../../../../src/domain/signal-view';
import { ANSWERS, OUTCOMES } from '../../../explain-table/how-they-end';
import { REFUSALS, TABLE } from '../../../explain-table/table';

function decidingGate({ gates, decidedBy }: Explanation) {
  return gates.find(({ gate }) => gate === decidedBy);
}

test('no denial code and no outcome is without a scenario', () => {
  expect(Object.keys(REFUSALS).toSorted()).toEqual([...DENIAL_CODES].toSorted());
  expect(Object.keys(OUTCOMES)).toEqual(SIGNAL_OUTCOMES);
});

test.each([...DENIAL_CODES])('%s is what the rules refuse with, at one gate, with the remedy', async (code) => {
  const explanation = await REFUSALS[code].told();
  expect(decidingGate(explanation)).toMatchObject({
    verdict: expect.stringMatching(/^(failed|waiting)$/) as string,
    code: code satisfies DenialCode,
    remedy: CODE_MEANINGS[code].remedy,
    actual: expect.stringMatching(/\w+ \w+.*\.$/) as string,
  });
});

test.each([...SIGNAL_OUTCOMES])('%s is told', async (outcome) => {
  expect(await OUTCOMES[outcome].told()).toMatchObject({ status: 'ended', outcome });
});

test.each(Object.entries(ANSWERS))('an answer %s is told as an attempt', async (kind, { told }) => {
  expect((await told()).attempts).toMatchObject([{ kind }]);
});

test('what cannot be explained is in no explanation of the table', async () => {
  const scenarios = Object.values(TABLE).flatMap((chapter) => Object.entries(chapter));
  for (const [name, scenario] of scenarios) {
    const text = JSON.stringify(await scenario!.told());
    expect([name, /undefined|\[object|NaN|Infinity/.exec(text)?.[0]]).toEqual([name, undefined]);
  }
});
