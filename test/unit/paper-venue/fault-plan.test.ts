/** Planning is pure: a seed gives the same faults to the same requests, and different seeds different mixtures. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { appliesTo } from '../../../src/paper-venue/faults/fault-classes';
import { drawWeights, FaultPlanner, type FaultRequest } from '../../../src/paper-venue/faults/fault-plan';
import { parseFaultPlan, readFaultSpecification } from '../../../src/paper-venue/faults/fault-specification';
import { ENDPOINT_NAMES } from '../../../src/paper-venue/http/route';

const requests: fc.Arbitrary<FaultRequest> = fc.record({
  endpoint: fc.constantFrom(...ENDPOINT_NAMES),
  ordinal: fc.integer({ min: 1, max: 1_000_000 }),
  clientOrderIdOrdinal: fc.constant(1),
});

function planner(seed: number, rate: number): FaultPlanner {
  return new FaultPlanner(parseFaultPlan({ seed, rate }, 'of the test'));
}

test('the same seed decides the same, and only faults that fit the endpoint', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), requests, (seed, request) => {
      const decided = planner(seed, 1).decide(request);
      expect(planner(seed, 1).decide(request)).toEqual(decided);
      if (decided) expect(appliesTo(decided.class, request.endpoint)).toBe(true);
    }),
  );
});

test('the rate is the share of requests that meet a fault', () => {
  const plan = planner(7, 0.2);
  const met = Array.from({ length: 5_000 }, (_, index) =>
    plan.decide({ endpoint: 'order_create', ordinal: index + 1, clientOrderIdOrdinal: 1 }),
  ).filter(Boolean);
  expect(met.length / 5_000).toBeCloseTo(0.2, 1);
});

test('a rate of zero injects nothing', () => {
  expect(planner(7, 0).decide({ endpoint: 'order_create', ordinal: 1, clientOrderIdOrdinal: 1 })).toBeUndefined();
});

test('seeds draw different mixtures, and leave some faults out', () => {
  const mixtures = Array.from({ length: 20 }, (_, seed) => Object.keys(drawWeights(seed)).join());
  expect(new Set(mixtures).size).toBe(20);
  expect(mixtures.some((mixture) => !mixture.includes('key_revoked'))).toBe(true);
  expect(mixtures.some((mixture) => mixture.includes('key_revoked'))).toBe(true);
});

describe('specifications', () => {
  test('a seed and a rate', () => {
    expect(readFaultSpecification('seed=7,rate=0.2')).toEqual({ seed: 7, rate: 0.2, targets: [] });
  });

  test('a JSON file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'paper-faults-'));
    const path = join(folder, 'plan.json');
    const target = { fault: 'accept_then_time_out', endpoint: 'order_create', ordinal: 1 };
    writeFileSync(path, JSON.stringify({ targets: [target] }));
    expect(readFaultSpecification(path)).toEqual({ seed: 0, rate: 0, targets: [target] });
    rmSync(folder, { recursive: true });
  });

  test.each(['seed=x', 'seed=7,rate=3', 'colour=red', '/nowhere/plan.json'])(
    '%s is refused with what is expected',
    (text) => {
      expect(() => readFaultSpecification(text)).toThrow(/seed=7,rate=0\.2/);
    },
  );
});
