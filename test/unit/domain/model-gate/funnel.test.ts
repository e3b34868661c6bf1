import { addFunnels, countVerdicts, describeDemo, describeFunnel } from '../../../../src/domain/model-gate/funnel';

test('the funnel names what became of the predictions, and how many there were', () => {
  const verdicts = [...Array<'BELOW_COSTS'>(11).fill('BELOW_COSTS'), 'COOLING_DOWN' as const].map((outcome) => ({
    outcome,
  }));
  const funnel = countVerdicts(verdicts);
  expect(describeFunnel(funnel)).toBe('predicted 12: below costs 11, cooling down 1');
  expect(describeFunnel(addFunnels(funnel, { NO_PREDICTION: 2, COOLING_DOWN: 1 }))).toBe(
    'predicted 13: below costs 11, cooling down 2; no prediction of 2',
  );
  expect(describeFunnel({})).toBe('predicted 0');
});

test('a demo says what it is expected to lose', () => {
  expect(describeDemo(0.0013)).toBe('demo: expected to lose about 0.13 %');
});
