import { changed, faultOfWish, stillWanted, withChanges } from '../../../../src/domain/model-gate/changes';
import type { GateSettings } from '../../../../src/domain/model-gate/types';

const CONFIGURED: GateSettings = {
  gate: 'demo',
  strategy: 'model',
  minimumReturn: '0.0003',
  slippageMargin: '0.0001',
  horizonMinutes: 15,
  coolDownMinutes: 5,
  stopVolatilityMultiple: '1.5',
  targetVolatilityMultiple: '1',
  stopDistanceMin: '0.0005',
  stopDistanceMax: '0.5',
};
const ANNA = { by: 'anna', atMs: 1 };

test('a change stands until it is changed back, and names what the configuration said', () => {
  const changes = changed(CONFIGURED, [], { gate: 'costs', coolDownMinutes: 9 }, ANNA);
  expect(changes).toEqual([
    { setting: 'gate', value: 'costs', configured: 'demo', ...ANNA },
    { setting: 'coolDownMinutes', value: 9, configured: 5, ...ANNA },
  ]);
  expect(withChanges(CONFIGURED, changes)).toEqual({ ...CONFIGURED, gate: 'costs', coolDownMinutes: 9 });
  const later = changed(CONFIGURED, changes, { gate: 'demo' }, { by: 'berta', atMs: 2 });
  expect(later.map(({ setting, by }) => [setting, by])).toEqual([['coolDownMinutes', 'anna']]);
});

test('a configuration that says something new about a setting ends its change, and no other one', () => {
  const changes = changed(CONFIGURED, [], { minimumReturn: '0.001', coolDownMinutes: 9 }, ANNA);
  expect(stillWanted(CONFIGURED, changes)).toEqual(changes);
  const next = stillWanted({ ...CONFIGURED, minimumReturn: '0.0004' }, changes);
  expect(next.map(({ setting }) => setting)).toEqual(['coolDownMinutes']);
});

test.each([
  [{ strategy: 'other' }, /"strategy" cannot be changed/],
  [{ toString: 'x' }, /"toString" cannot be changed/],
  [{ gate: 'none' }, /nothing was changed/],
  [{ minimumReturn: 'much' }, /nothing was changed/],
  [{ minimumReturn: '0' }, /above zero/],
  [{ minimumReturn: '-0.1' }, /nothing was changed/],
  [{ slippageMargin: '-0.1' }, /nothing was changed/],
  [{ horizonMinutes: 60 }, /"horizonMinutes" cannot be changed/],
  [{ coolDownMinutes: -1 }, /nothing was changed/],
  [{ coolDownMinutes: 1_441 }, /at most 1440/],
  [{ riskPerTrade: '-1' }, /nothing was changed/],
  [{ riskPerTrade: '25', stopVolatilityMultiple: '0' }, /^riskPerTrade needs entries with a stop of their own/],
  [null, /by their names/],
])('%j is refused in a sentence', (wished, words) => {
  expect(faultOfWish(CONFIGURED, [], wished, 'paper')).toMatch(words);
});

test.each(['testnet', 'live', undefined] as const)('the gate of demos is refused in %s', (environment) => {
  const costs = { ...CONFIGURED, gate: 'costs' } as const;
  expect(faultOfWish(costs, [], { gate: 'demo' }, environment)).toMatch(/for paper alone/);
  expect(faultOfWish(costs, [], { minimumReturn: '0.001' }, environment)).toBeUndefined();
});

test('a risk of which an older configuration says nothing is set and taken back', () => {
  expect(faultOfWish(CONFIGURED, [], { riskPerTrade: '25' }, 'paper')).toBeUndefined();
  const changes = changed(CONFIGURED, [], { riskPerTrade: '25' }, ANNA);
  expect(changes).toEqual([{ setting: 'riskPerTrade', value: '25', ...ANNA }]);
  expect(stillWanted(CONFIGURED, changes)).toEqual(changes);
  expect(stillWanted({ ...CONFIGURED, riskPerTrade: '0' }, changes)).toEqual([]);
});
