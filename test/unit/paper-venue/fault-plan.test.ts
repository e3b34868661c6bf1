/** Planning is pure: a seed gives the same faults to the same requests, and different seeds different mixtures. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { appliesTo, OCCASIONAL_FAULT_CLASSES } from '../../../src/paper-venue/faults/fault-classes';
import {
  drawOccasional,
  drawWeights,
  FaultPlanner,
  type FaultRequest,
} from '../../../src/paper-venue/faults/fault-plan';
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

test('the rate is the share of requests that meet a fault, besides the occasional ones', () => {
  const plan = new FaultPlanner(parseFaultPlan({ seed: 7, rate: 0.2, occasional: {} }, 'of the test'));
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

/** Those that there were then. */
const FORMER_ENDPOINTS = ENDPOINT_NAMES.slice(0, 12);

describe('the occasional classes', () => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed);

  test.each([
    [1, '53f9f9f7cc678cd64d258fed66d829461a3b5e0df9583ca19df9eb1d834826b3'],
    [5, 'dd5189107131421ebc7cd1f1fb8fdda96a81bf9ef724d8cb2aca7653f712a8d4'],
    [7, '52b47a2b5b6b35e8d6700a4611e4206aa8ee0a85c5c4b2532c5353c223229c4e'],
  ])('change nothing of what seed %i drew before there were any', (seed, digest) => {
    const plan = new FaultPlanner(parseFaultPlan({ seed, rate: 0.2, occasional: {} }, 'of the test'));
    const decided = FORMER_ENDPOINTS.flatMap((endpoint) =>
      Array.from(
        { length: 300 },
        (_, index) => plan.decide({ endpoint, ordinal: index + 1, clientOrderIdOrdinal: 1 }) ?? null,
      ),
    );
    const drawn = JSON.stringify([drawWeights(seed), decided]);
    expect(createHash('sha256').update(drawn).digest('hex')).toBe(digest);
  });

  test('take only requests that meet no other fault', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), requests, (seed, request) => {
        const without = new FaultPlanner(parseFaultPlan({ seed, rate: 0.2, occasional: {} }, 'of the test'));
        const usual = without.decide(request);
        if (usual) expect(planner(seed, 0.2).decide(request)).toEqual(usual);
      }),
    );
  });

  test('are on or off by the seed, each of them', () => {
    for (const name of OCCASIONAL_FAULT_CLASSES) {
      const on = seeds.filter((seed) => drawOccasional(seed)[name] !== undefined);
      expect(on.length).toBeGreaterThan(0);
      expect(on.length).toBeLessThan(seeds.length);
    }
  });

  test('meet the share of the requests to their endpoints that a plan names', () => {
    const occasional = { vanish_after_ack: 0.1 };
    const plan = new FaultPlanner(parseFaultPlan({ seed: 7, occasional }, 'of the test'));
    const met = (endpoint: FaultRequest['endpoint']): number =>
      Array.from({ length: 5_000 }, (_, index) =>
        plan.decide({ endpoint, ordinal: index + 1, clientOrderIdOrdinal: 1 }),
      ).filter((fault) => fault?.class === 'vanish_after_ack').length;
    expect(met('order_create') / 5_000).toBeCloseTo(0.1, 1);
    expect(met('order_create')).toBeGreaterThan(0);
    expect(met('wallet_balance')).toBe(0);
    expect(plan.classes).toEqual(['vanish_after_ack']);
  });

  test('stay away from a plan that names its weights and none of them', () => {
    const plan = parseFaultPlan({ seed: 3, rate: 1, weights: { drop: 1 } }, 'of the test');
    expect(new FaultPlanner(plan).classes).toEqual(['drop']);
  });
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

  test.each(['', ' ', 'seed=x', 'seed=7,rate=3', 'colour=red', '/nowhere/plan.json'])(
    '%s is refused with what is expected',
    (text) => {
      expect(() => readFaultSpecification(text)).toThrow(/seed=7,rate=0\.2/);
    },
  );
});
