/** Whatever happens in whatever order, and wherever the process dies: what fired is told, and hardly ever twice. */
import * as fc from 'fast-check';
import type { Notice } from '../../src/domain/alerts/alert';
import { OUTBOX_MAX } from '../../src/domain/alerts/outbox';
import { RECENT_MAX } from '../../src/domain/alerts/book';
import { SILENCES_MAX, SUBJECTS_PER_RULE_MAX } from '../../src/domain/alerts/state';
import { AlertDriver, AlertModel, CHANNEL, RULES_TRIED, type AlertStepOp, type Sabotage } from './alert-world';
import { BROKEN_RUNS_MAX, COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

/** Two of a kind, so that what is about one is not taken for the other's; one that several rules name. */
const subject = fc.constantFrom('trading_engine', 'api');
const rule = fc.constantFrom(...RULES_TRIED);
const op = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('finding' as const), rule, subject, holds: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('silence' as const),
      rule,
      lastsMs: fc.integer({ min: 1, max: 900_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsilence' as const), rule }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
);
const passedMs = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, 1, 1_000, 5_000, 10_000, 30_000) },
  { weight: 1, arbitrary: fc.integer({ min: -90_000_000, max: 90_000_000 }) },
);
const crash = fc.option(
  fc.constantFrom('before writing' as const, 'before sending' as const, 'before recording' as const),
  {
    freq: 4,
    nil: undefined,
  },
);
const steps = fc.array(fc.record({ op, passedMs, crash }), { maxLength: COMMANDS_PER_RUN_MAX.alerts, size: '+1' });

const keyOf = ({ alertId, number }: Notice): string => `${alertId} ${number}`;

function groupByAlert(notices: readonly Notice[]): ReadonlyMap<string, readonly Notice[]> {
  const groups = new Map<string, Notice[]>();
  for (const notice of notices) groups.set(notice.alertId, [...(groups.get(notice.alertId) ?? []), notice]);
  return groups;
}

/** @throws when what fired was not told, or was told again more often than the process died */
function check(ops: readonly AlertStepOp[], sabotage?: Sabotage): void {
  const driver = new AlertDriver(sabotage);
  const model = new AlertModel();
  for (const step of ops) {
    driver.step(step);
    model.step(step);
  }
  driver.settle();
  const { received, crashes } = driver;
  const firings = new Set(
    received.filter(({ kind }) => kind === 'firing').map(({ rule: of, subject: about }) => `${of} ${about}`),
  );
  for (const owed of model.owed().keys()) if (!firings.has(owed)) throw new Error(`${owed} was never told`);

  const distinct = new Map(received.map((notice) => [keyOf(notice), notice]));
  if (received.length - distinct.size > crashes) throw new Error('told again more often than the process died');
  for (const notice of received) expect(notice).toEqual(distinct.get(keyOf(notice)));

  // Every alert's messages are counted without a gap, the first of them says that it fires.
  const byAlert = groupByAlert([...distinct.values()]);
  for (const messages of byAlert.values()) {
    expect(messages.map(({ number }) => number)).toEqual(messages.map((_, index) => index + 1));
    expect(messages.map(({ kind }) => kind === 'firing')).toEqual(messages.map((_, index) => index === 0));
  }
}

test('no firing is lost, and a message comes twice only for a crash, with the same number', () => {
  const tally = new Tally();
  fc.assert(
    fc.property(steps, (ops) => {
      tally.runs += 1;
      tally.commands += ops.length;
      check(ops);
    }),
    { numRuns: RUNS },
  );
  tally.assertSearched(RUNS, COMMANDS_PER_RUN_MAX.alerts);
});

test.each(['send before writing', 'forget at a crash'] as const)('a process that would %s is found out', (sabotage) => {
  const search = fc.check(
    fc.property(steps, (ops) => check(ops, sabotage)),
    { numRuns: BROKEN_RUNS_MAX },
  );
  expect(search.failed).toBe(true);
});

test('a book stays within its bounds whatever is found', () => {
  const anySubject = fc.integer({ min: 0, max: 100 }).map((index) => `order-${index}`);
  const finding = fc.record({
    kind: fc.constant('finding' as const),
    rule,
    subject: anySubject,
    holds: fc.constant(true),
  });
  fc.assert(
    fc.property(fc.array(finding, { minLength: 300, maxLength: 300 }), (findings) => {
      const driver = new AlertDriver(undefined);
      for (const found of findings) driver.step({ op: found, passedMs: 1_000, crash: 'before sending' });
      const { state, outboxes, recent } = driver.book;
      expect(state.alerts.length).toBeLessThanOrEqual(RULES_TRIED.length * (SUBJECTS_PER_RULE_MAX + 1));
      expect(state.silences.length).toBeLessThanOrEqual(SILENCES_MAX);
      expect(outboxes[CHANNEL]?.waiting.length ?? 0).toBeLessThanOrEqual(OUTBOX_MAX);
      expect(recent.length).toBeLessThanOrEqual(RECENT_MAX);
    }),
    { numRuns: 3 },
  );
});
