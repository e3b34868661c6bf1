import { ALERT_RULES, type Notice } from '../../../../src/domain/alerts/alert';
import { INHIBITIONS, REPEAT_FIRST_MS, REPEAT_MAX_MS, RULE_TERMS } from '../../../../src/domain/alerts/rules';
import { FURTHER_SUBJECTS, isQuiet, SILENCES_MAX, SUBJECTS_PER_RULE_MAX } from '../../../../src/domain/alerts/state';
import { AlertWorld } from './world';

const MINUTE_MS = 60_000;

test('a condition becomes an alert once it has held for long enough', () => {
  const world = new AlertWorld();
  world.find('memory_high', 'api');
  world.pass(RULE_TERMS.memory_high.forMs - 1);
  expect(world.told).toEqual([]);
  world.pass(1);
  expect(world.told).toEqual(['firing memory_high api 1']);
});

test('a condition that ends before is forgotten', () => {
  const world = new AlertWorld();
  world.find('memory_high', 'api');
  world.pass(RULE_TERMS.memory_high.forMs - 1);
  world.find('memory_high', 'api', false);
  world.pass(10 * MINUTE_MS);
  expect(world.told).toEqual([]);
  expect(isQuiet(world.state)).toBe(true);
});

test('a stop forgets what was no alert yet, and nothing else', () => {
  const world = new AlertWorld();
  world.find('disk_full', '/data');
  world.find('temporal_unreachable', 'temporal');
  world.pass(RULE_TERMS.temporal_unreachable.forMs - 1);
  world.send({ kind: 'stop' });
  expect(world.state.alerts.map(({ rule }) => rule)).toEqual(['disk_full']);
  world.nowMs += 60 * MINUTE_MS;
  world.find('temporal_unreachable', 'temporal');
  expect(world.state.alerts.find(({ rule }) => rule === 'temporal_unreachable')).toMatchObject({
    sinceMs: world.nowMs,
  });
  world.pass(RULE_TERMS.temporal_unreachable.forMs - 1);
  expect(world.told.filter((line) => line.includes('temporal'))).toEqual([]);
});

test('an alert that flaps is one alert, whose end says how often it came', () => {
  const world = new AlertWorld();
  for (let time = 0; time < 3; time += 1) {
    world.find('disk_full', '/data');
    world.pass(MINUTE_MS / 2);
    world.find('disk_full', '/data', false);
    world.pass(MINUTE_MS / 2);
  }
  world.pass(MINUTE_MS);
  expect(world.told).toEqual(['firing disk_full /data 1', 'resolved disk_full /data 2']);
  expect(world.notices[1]!.text).toContain('3 times');
});

test('every message of an alert has its id, and another alert another one', () => {
  const world = new AlertWorld();
  for (let time = 0; time < 2; time += 1) {
    world.find('disk_full', '/data');
    world.find('disk_full', '/data', false);
    world.pass(2 * MINUTE_MS);
  }
  const [first, firstEnd, second, secondEnd] = world.notices.map(({ alertId }) => alertId);
  expect(firstEnd).toBe(first);
  expect(secondEnd).toBe(second);
  expect(second).not.toBe(first);
});

test('a critical alert is repeated at growing intervals up to the largest, and a warning never', () => {
  const world = new AlertWorld();
  world.find('disk_full', '/data');
  world.find('balance_low', 'USDT');
  world.pass(24 * 60 * MINUTE_MS);
  const critical = world.notices.filter(({ rule }) => rule === 'disk_full').map(({ atMs }) => atMs);
  const gaps = critical.slice(1).map((atMs, index) => atMs - critical[index]!);
  const growing = [1, 2, 4, 8, 16].map((factor) => Math.min(factor * REPEAT_FIRST_MS, REPEAT_MAX_MS));
  expect(gaps.slice(0, growing.length)).toEqual(growing);
  expect(new Set(gaps.slice(growing.length))).toEqual(new Set([REPEAT_MAX_MS]));
  expect(world.told.filter((line) => line.includes('balance_low'))).toEqual(['firing balance_low USDT 1']);
});

test('the death of the server is one message, also where its followers were noticed first', () => {
  const world = new AlertWorld();
  world.find('heartbeat_lost', 'trading_engine');
  world.find('predictions_missing', 'ml_manager');
  world.find('temporal_unreachable', 'server');
  world.pass(10 * MINUTE_MS);
  expect(world.told).toEqual(['firing temporal_unreachable server 1']);
  for (const [rule, subject] of [
    ['temporal_unreachable', 'server'],
    ['heartbeat_lost', 'trading_engine'],
    ['predictions_missing', 'ml_manager'],
  ] as const) {
    world.find(rule, subject, false);
    world.pass(5_000);
  }
  world.pass(10 * MINUTE_MS);
  expect(world.told).toEqual(['firing temporal_unreachable server 1', 'resolved temporal_unreachable server 2']);
  expect(world.notices[1]!.text).toContain('heartbeat_lost (trading_engine)');
});

test('what was explained and still holds afterwards is told', () => {
  const world = new AlertWorld();
  world.find('temporal_unreachable', 'server');
  world.find('heartbeat_lost', 'trading_engine');
  world.pass(MINUTE_MS);
  world.find('temporal_unreachable', 'server', false);
  world.pass(MINUTE_MS);
  expect(world.told).toContain('firing heartbeat_lost trading_engine 1');
});

test('an explanation that passes before it is an alert explains nothing', () => {
  const world = new AlertWorld();
  world.find('heartbeat_lost', 'trading_engine');
  world.find('temporal_unreachable', 'server');
  world.pass(RULE_TERMS.temporal_unreachable.forMs - 1);
  expect(world.told).toEqual([]);
  world.find('temporal_unreachable', 'server', false);
  expect(world.told).toEqual(['firing heartbeat_lost trading_engine 1']);
});

test('an explanation that ends with the very event it might explain explains nothing', () => {
  const world = new AlertWorld();
  world.find('temporal_unreachable', 'api');
  world.pass(RULE_TERMS.temporal_unreachable.forMs);
  world.find('temporal_unreachable', 'api', false);
  // Nothing happened since, so that the alert is still open when the death is found.
  world.pass(RULE_TERMS.temporal_unreachable.keepMs - 1);
  world.nowMs += 1;
  world.find('process_died', 'trading_engine');
  expect(world.told.slice(-2)).toEqual(['resolved temporal_unreachable api 2', 'firing process_died trading_engine 1']);
});

test('what may be explained is told after a moment, and what nothing explains at once', () => {
  const world = new AlertWorld();
  world.find('heartbeat_lost', 'trading_engine');
  world.find('venue_banned', 'bybit');
  expect(world.told).toEqual(['firing venue_banned bybit 1']);
  world.pass(10_000);
  expect(world.told).toEqual(['firing venue_banned bybit 1', 'firing heartbeat_lost trading_engine 1']);
});

test('a death explains the silence of the same process only, and not for long', () => {
  const world = new AlertWorld();
  world.find('process_died', 'trading_engine');
  world.find('heartbeat_lost', 'trading_engine');
  world.find('heartbeat_lost', 'ml_manager');
  world.pass(MINUTE_MS);
  expect(world.told).toEqual(['firing process_died trading_engine 1', 'firing heartbeat_lost ml_manager 1']);
  world.pass(2 * MINUTE_MS);
  expect(world.told).toContain('firing heartbeat_lost trading_engine 1');
});

describe('while the server does not answer', () => {
  const down = (): AlertWorld => {
    const world = new AlertWorld();
    world.find('temporal_unreachable', 'temporal');
    world.pass(MINUTE_MS);
    return world;
  };

  test('a hang that somebody ended is told all the same, also where it is over at once', () => {
    const world = down();
    world.find('heartbeat_lost', 'system_monitor', true, 'It hung.', true);
    world.find('heartbeat_lost', 'system_monitor', false);
    world.pass(MINUTE_MS);
    expect(world.told).toContain('firing heartbeat_lost system_monitor 1');
    expect(world.told).toContain('resolved heartbeat_lost system_monitor 2');
  });

  test('the deaths of those that lost their slots are explained, and a kill is not', () => {
    const world = down();
    for (const name of ['api', 'trading_engine']) world.find('process_died', name);
    world.find('process_died', 'ml_manager', true, 'It was killed.', true);
    world.pass(RULE_TERMS.process_died.keepMs);
    expect(world.told.filter((line) => line.includes('process_died'))).toEqual([
      'firing process_died ml_manager 1',
      'resolved process_died ml_manager 2',
    ]);
  });

  test('that passes before it is an alert explains no death', () => {
    const world = new AlertWorld();
    world.find('temporal_unreachable', 'temporal');
    world.find('process_died', 'api');
    world.find('temporal_unreachable', 'temporal', false);
    expect(world.told).toEqual(['firing process_died api 1']);
  });
});

describe.each(['venue_banned', 'venue_unreachable'] as const)('%s', (root) => {
  test('explains orders and reservations that are younger, and no older ones', () => {
    const world = new AlertWorld();
    world.find('order_unknown', 'old');
    world.pass(MINUTE_MS);
    world.find(root, 'bybit');
    for (let index = 0; index < 12; index += 1) world.find('order_unknown', `young-${index}`);
    world.find('reservation_orphaned', 'young');
    world.pass(10 * MINUTE_MS);
    expect(world.told).toEqual(['firing order_unknown old 1', `firing ${root} bybit 1`]);
    world.find(root, 'bybit', false);
    world.pass(2 * MINUTE_MS);
    expect(world.told).toContain('firing order_unknown young-0 1');
  });

  test('explains an order that was found a moment before it', () => {
    const world = new AlertWorld();
    world.find('order_unknown', 'f1');
    world.pass(5_000);
    world.find(root, 'bybit');
    world.pass(MINUTE_MS);
    expect(world.told).toEqual([`firing ${root} bybit 1`]);
  });
});

test('the end of an alert says that it was, and what ended it', () => {
  const world = new AlertWorld();
  world.find('order_unknown', 'f1', true, 'Its funds stay held.');
  world.pass(MINUTE_MS);
  world.find('order_unknown', 'f1', false, 'It is known where the order is.');
  world.pass(MINUTE_MS);
  expect(world.notices.at(-1)!.text).toBe(
    'It is over: It is known where the order is. Until then: Its funds stay held.',
  );
});

test('a death is told at once', () => {
  const world = new AlertWorld();
  world.find('process_died', 'api');
  expect(world.told).toEqual(['firing process_died api 1']);
});

test('deaths need nobody who says that they are over, and are counted', () => {
  const world = new AlertWorld();
  world.find('process_died', 'api');
  world.pass(MINUTE_MS);
  world.find('process_died', 'api');
  world.pass(RULE_TERMS.process_died.keepMs);
  expect(world.told).toEqual(['firing process_died api 1', 'resolved process_died api 2']);
  expect(world.notices[1]!.text).toContain('2 times');
});

describe('a silence', () => {
  const silence = (world: AlertWorld, lastsMs: number, subject?: string): readonly Notice[] =>
    world.send({
      kind: 'silence',
      silence: {
        rule: 'disk_full',
        ...(subject === undefined ? {} : { subject }),
        reason: 'moving disks',
        who: 'user',
        untilMs: world.nowMs + lastsMs,
      },
    });

  test('keeps the first message back, and lets it go where the condition outlasts it', () => {
    const world = new AlertWorld();
    silence(world, 60 * MINUTE_MS);
    world.find('disk_full', '/data');
    world.pass(60 * MINUTE_MS - 1);
    expect(world.told).toEqual([]);
    world.pass(1);
    expect(world.told).toEqual(['firing disk_full /data 1']);
  });

  test('lets who heard of an alert hear its end', () => {
    const world = new AlertWorld();
    world.find('disk_full', '/data');
    silence(world, 60 * MINUTE_MS);
    world.pass(30 * MINUTE_MS);
    world.find('disk_full', '/data', false);
    world.pass(5 * MINUTE_MS);
    expect(world.told).toEqual(['firing disk_full /data 1', 'resolved disk_full /data 2']);
  });

  test('of one subject is about no other', () => {
    const world = new AlertWorld();
    silence(world, 60 * MINUTE_MS, '/data');
    world.find('disk_full', '/data');
    world.find('disk_full', '/logs');
    expect(world.told).toEqual(['firing disk_full /logs 1']);
  });

  test('can be taken back', () => {
    const world = new AlertWorld();
    silence(world, 60 * MINUTE_MS);
    world.find('disk_full', '/data');
    world.send({ kind: 'unsilence', rule: 'disk_full' });
    expect(world.told).toEqual(['firing disk_full /data 1']);
  });

  test('ends in time although the clock was set back', () => {
    const world = new AlertWorld();
    silence(world, 60 * MINUTE_MS);
    world.find('disk_full', '/data');
    world.nowMs -= 24 * 60 * MINUTE_MS;
    world.pass(61 * MINUTE_MS);
    expect(world.told).toEqual(['firing disk_full /data 1']);
  });

  test('ends in time although nobody looked meanwhile', () => {
    const world = new AlertWorld();
    silence(world, 60 * MINUTE_MS);
    world.nowMs += 60 * MINUTE_MS;
    world.find('disk_full', '/data');
    expect(world.told).toEqual(['firing disk_full /data 1']);
  });

  test('that is one too many is not kept', () => {
    const world = new AlertWorld();
    for (let index = 0; index <= SILENCES_MAX; index += 1) silence(world, MINUTE_MS, `/disk-${index}`);
    expect(world.state.silences).toHaveLength(SILENCES_MAX);
    world.find('disk_full', `/disk-${SILENCES_MAX}`);
    expect(world.notices).toHaveLength(1);
  });
});

describe('a flood of subjects', () => {
  const flood = (world: AlertWorld, count: number): void => {
    for (let index = 0; index < count; index += 1) world.find('disk_full', `order-${index}`);
  };

  test('is summed up in one more message, and bounded', () => {
    const world = new AlertWorld();
    flood(world, 1_000);
    expect(world.notices).toHaveLength(SUBJECTS_PER_RULE_MAX + 1);
    expect(world.told.at(-1)).toBe(`firing disk_full ${FURTHER_SUBJECTS} 1`);
    expect(world.state.alerts).toHaveLength(SUBJECTS_PER_RULE_MAX + 1);
  });

  test('ends when nobody tells of further ones', () => {
    const world = new AlertWorld();
    flood(world, SUBJECTS_PER_RULE_MAX + 1);
    for (let index = 0; index < SUBJECTS_PER_RULE_MAX; index += 1) world.find('disk_full', `order-${index}`, false);
    world.pass(5 * MINUTE_MS);
    expect(world.told.at(-1)).toBe(`resolved disk_full ${FURTHER_SUBJECTS} 2`);
    expect(isQuiet(world.state)).toBe(true);
  });

  test('leaves room again for a subject that is told again', () => {
    const world = new AlertWorld();
    flood(world, SUBJECTS_PER_RULE_MAX + 1);
    world.find('disk_full', 'order-0', false);
    world.pass(MINUTE_MS);
    world.find('disk_full', `order-${SUBJECTS_PER_RULE_MAX}`);
    expect(world.told.at(-1)).toBe(`firing disk_full order-${SUBJECTS_PER_RULE_MAX} 1`);
  });
});

describe('a clock', () => {
  test('that is set back neither loses nor repeats', () => {
    const world = new AlertWorld();
    world.find('disk_full', '/data');
    world.find('memory_high', 'api');
    world.nowMs -= 30 * 24 * 60 * MINUTE_MS;
    // The first event after the step shows no time.
    world.pass(RULE_TERMS.memory_high.forMs + 5_000);
    expect(world.told).toEqual(['firing disk_full /data 1', 'firing memory_high api 1']);
  });

  test('that is set ahead fires nothing before its time, and repeats at most once', () => {
    const world = new AlertWorld();
    world.find('disk_full', '/data');
    world.find('memory_high', 'api');
    world.nowMs += 30 * 24 * 60 * MINUTE_MS;
    world.send({ kind: 'tick' });
    expect(world.told).toEqual(['firing disk_full /data 1']);
  });
});

describe('while nobody looks', () => {
  const patient = ALERT_RULES.filter((rule) => RULE_TERMS[rule].forMs > 0);

  test.each(patient)(
    '%s becomes no alert, however long that lasts, and does once it was looked at for long enough',
    (rule) => {
      const world = new AlertWorld();
      world.find(rule, 'x');
      world.nowMs += 24 * 60 * MINUTE_MS;
      world.find(rule, 'x');
      expect(world.state.alerts.map(({ firedAt }) => firedAt)).toEqual([undefined]);
      world.pass(RULE_TERMS[rule].forMs);
      expect(world.state.alerts.map(({ firedAt }) => firedAt)).toEqual([expect.any(Number)]);
    },
  );

  test.each(ALERT_RULES)('no alert %s ends', (rule) => {
    const world = new AlertWorld();
    world.find(rule, 'x');
    world.pass(2 * MINUTE_MS);
    world.find(rule, 'x', false);
    world.nowMs += 24 * 60 * MINUTE_MS;
    world.send({ kind: 'tick' });
    expect(world.state.alerts).toHaveLength(1);
  });
});

test('nothing explains itself, by whatever way', () => {
  const explains = (rule: string): readonly string[] =>
    INHIBITIONS.filter(({ by }) => by === rule).flatMap(({ of }) => of);
  const reached = (rule: string): ReadonlySet<string> => {
    const found = new Set<string>();
    for (let next = explains(rule); next.length > 0; next = next.flatMap(explains)) {
      if (next.every((name) => found.has(name))) break;
      next.forEach((name) => found.add(name));
    }
    return found;
  };
  expect(ALERT_RULES.filter((rule) => reached(rule).has(rule))).toEqual([]);
});

test('what may be explained outlasts what may be about to explain it', () => {
  const faults = INHIBITIONS.flatMap(({ by, of }) =>
    of.filter((rule) => RULE_TERMS[rule].keepMs < RULE_TERMS[by].forMs).map((rule) => `${by} ${rule}`),
  );
  expect(faults).toEqual([]);
});
