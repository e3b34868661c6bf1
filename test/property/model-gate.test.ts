/** The gate against a model that knows of each symbol only what was handed in. */
import * as fc from 'fast-check';
import { isOpen, judgeAll, NO_VIEWS } from '../../src/domain/model-gate/gate';
import type { GateState } from '../../src/domain/model-gate/types';
import { COSTS, MINUTE_MS, SETTINGS, START_MS } from '../unit/domain/model-gate/fixtures';

const SYMBOLS = ['A', 'B', 'C'] as const;
const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];
const MODEL_SETTINGS = { netGainChanceMin: '0.5', assumedCosts: '0.0013', coverageMin: '0.8' };

const predictions = fc.record({
  symbol: fc.constantFrom(...SYMBOLS),
  expectedReturn: fc.double({ min: -0.004, max: 0.004, noNaN: true }),
  isPriced: fc.boolean(),
  isKnown: fc.boolean(),
  spread: fc.option(fc.double({ min: 0, max: 0.01, noNaN: true }), { nil: undefined }),
});
/** What may stop everything. */
const standings = fc.record(
  { coverage: fc.double({ min: 0, max: 0.8, noNaN: true }), endOfDataMs: fc.constantFrom(START_MS, 0) },
  { requiredKeys: [] },
);
/** Candles may be left out, and a clock may be set back. */
const ticks = fc.record({
  minutes: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 20 }) },
    { weight: 1, arbitrary: fc.constant(-60) },
  ),
  predictions: fc.array(predictions, { maxLength: 6 }),
  model: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: standings }),
});
const worlds = fc.record({
  gate: fc.constantFrom('costs' as const, 'demo' as const),
  horizonMinutes: fc.integer({ min: 1, max: 30 }),
  coolDownMinutes: fc.integer({ min: 0, max: 10 }),
  ticks: fc.array(ticks, { maxLength: 30 }),
});

interface HandedIn {
  readonly direction: string;
  readonly atMs: number;
  readonly outcome: string;
}

test('of one symbol no two views are ever open, every view ends, and what is carried as JSON decides the same', () => {
  fc.assert(
    fc.property(worlds, ({ gate, horizonMinutes, coolDownMinutes, ticks }) => {
      const settings = { ...SETTINGS, ...MODEL_SETTINGS, gate, horizonMinutes, coolDownMinutes };
      const last = new Map<string, HandedIn>();
      let state: GateState = NO_VIEWS;
      let nowMs = START_MS;
      for (const tick of ticks) {
        nowMs += tick.minutes * MINUTE_MS;
        const atMs = nowMs;
        // What a clock ahead handed in is no view to a clock that is right again.
        for (const [symbol, handedIn] of last) if (handedIn.atMs > atMs) last.delete(symbol);
        const costs = Object.fromEntries(
          tick.predictions.filter(({ isPriced }) => isPriced).map(({ symbol }) => [symbol, COSTS]),
        );
        const terms = {
          settings,
          environment: 'paper',
          candleIntervalMs: MINUTE_MS,
          costs,
          nowMs: atMs,
          ...(tick.model && { model: tick.model }),
        } as const;
        const given = tick.predictions.map(({ symbol, expectedReturn, isKnown, spread }) => ({
          symbol,
          expectedReturn,
          closeTimeMs: atMs,
          ...(!isKnown && { outOfRange: 'unlike all' }),
          ...(spread !== undefined && {
            quantiles: LEVELS.map((level) => [level, expectedReturn + (level - 0.5) * spread] as const),
          }),
        }));
        const judged = judgeAll(state, given, terms);
        expect(judgeAll(JSON.parse(JSON.stringify(state)) as GateState, given, terms)).toEqual(judged);
        for (const { symbol, outcome, signal } of judged.verdicts) {
          if (signal === undefined) continue;
          expect(tick.model?.coverage ?? 1).toBeGreaterThanOrEqual(Number(MODEL_SETTINGS.coverageMin));
          expect(given.filter((one) => one.symbol === symbol).some(({ outOfRange }) => outOfRange === undefined)).toBe(
            true,
          );
          const before = last.get(symbol);
          const endMs = before && before.atMs + (before.outcome === 'OPENED' ? horizonMinutes * MINUTE_MS : 0);
          if (outcome === 'OPENED' && before !== undefined) {
            expect(atMs).toBeGreaterThanOrEqual(endMs! + coolDownMinutes * MINUTE_MS);
            expect(atMs).toBeGreaterThan(before.atMs);
          }
          if (outcome === 'POSITION_OPPOSITE') {
            expect(before).toMatchObject({ outcome: 'OPENED' });
            expect(atMs).toBeLessThan(endMs!);
            expect(signal.direction).not.toBe(before!.direction);
          }
          last.set(symbol, { direction: signal.direction, atMs, outcome });
        }
        state = judged.state;
        for (const view of Object.values(state)) {
          expect(isOpen(view, Math.max(view.endsAtMs, atMs + horizonMinutes * MINUTE_MS))).toBe(false);
        }
        expect(Object.keys(state).length).toBeLessThanOrEqual(SYMBOLS.length);
      }
    }),
  );
});
