import {
  CRASH_LOOP_DEATHS,
  findingsOf,
  printedFindings,
  restartCauseOf,
  type LifeEvent,
} from '../../../src/supervisor/life-findings';
import { restartDelayMs } from '../../../src/supervisor/restart-delay';

const AT_MS = 1_000;

function death(deathsInARow: number, isHung = false): LifeEvent {
  const restartInMs = restartDelayMs(deathsInARow);
  return { kind: 'died', name: 'api', cause: 'exit code 7', isHung, deathsInARow, restartInMs };
}

function conditions(event: LifeEvent): readonly (readonly [string, boolean])[] {
  return findingsOf(event, AT_MS).map(({ rule, holds }) => [rule, holds]);
}

test('a death is found with its cause and its next start', () => {
  expect(findingsOf(death(1), AT_MS)).toEqual([
    {
      rule: 'process_died',
      subject: 'api',
      holds: true,
      text: 'api died (exit code 7); it starts again in 0.5 s.',
      atMs: AT_MS,
    },
  ]);
});

test.each([
  ['exit code 1', false, 'exit'],
  ['killed by SIGKILL', false, 'signal'],
  ['it could not be started again', false, 'exit'],
  ['no sign of life for 60 s, so it was killed', true, 'hang'],
])('a death by "%s" (hung: %s) counts as %s', (cause, isHung, counted) => {
  expect(restartCauseOf({ cause, isHung })).toBe(counted);
});

test('the end of a process that hung is a lost heartbeat', () => {
  expect(conditions(death(1, true))).toEqual([['heartbeat_lost', true]]);
});

function faultyDeath(name: string, isNew: boolean): LifeEvent {
  const fault = { text: '/etc/alerts.yaml, line 3: "emial" is no channel.', isNew };
  return { kind: 'died', name, cause: 'exit code 2', isHung: false, deathsInARow: 1, restartInMs: 500, fault };
}

test.each(['system_monitor', 'api'])(
  'a fault of the configuration of %s is a crash loop from its first death on',
  (name) => {
    const loop = findingsOf(faultyDeath(name, true), AT_MS).find(({ rule }) => rule === 'crash_loop');
    expect(loop).toMatchObject({ subject: name, holds: true });
    expect(loop?.text).toContain('/etc/alerts.yaml, line 3: "emial" is no channel.');
    expect(loop?.text.includes('nobody is sent an alert')).toBe(name === 'system_monitor');
  },
);

test('a fault that goes on is handed to the desk each time, and printed once', () => {
  expect(findingsOf(faultyDeath('api', false), AT_MS)).toHaveLength(2);
  expect(printedFindings(faultyDeath('api', true), AT_MS)).toHaveLength(1);
  expect(printedFindings(faultyDeath('api', false), AT_MS)).toEqual([]);
});

test('a process that runs again ends what was found of its death', () => {
  expect(conditions({ kind: 'ready', name: 'api', pid: 1 })).toEqual([
    ['process_died', false],
    ['heartbeat_lost', false],
  ]);
});

test('of many short lives in a row one crash loop is found, which ends when the process stays alive', () => {
  const found = Array.from({ length: 4 * CRASH_LOOP_DEATHS }, (_, index) => findingsOf(death(index + 1), AT_MS)).flat();
  expect(found.filter(({ rule }) => rule === 'crash_loop')).toHaveLength(1);
  expect(conditions({ kind: 'stable', name: 'api' })).toEqual([['crash_loop', false]]);
});

test.each([
  ['a death', death(1), []],
  ['the end of one that hung', death(1, true), []],
  ['a death that makes a crash loop', death(CRASH_LOOP_DEATHS), ['crash_loop']],
  ['a start', { kind: 'ready', name: 'api', pid: 1 } as const, []],
  ['a life that is long enough', { kind: 'stable', name: 'api' } as const, []],
])('%s is an ALERT on the terminal only where no other line says it', (_what, event, rules) => {
  expect(printedFindings(event, AT_MS).map(({ rule }) => rule)).toEqual(rules);
});

test.each([
  ['a hang that was ended', 'api', { isHung: true, cause: 'no sign of life' }, true],
  ['a kill', 'api', { isHung: false, cause: 'killed by SIGKILL' }, true],
  ['an exit, which a lost slot may explain', 'api', { isHung: false, cause: 'exit code 1' }, undefined],
  ['an exit of the server itself', 'temporal', { isHung: false, cause: 'exit code 1' }, true],
  ['a hang of the server, which who asks it tells', 'temporal', { isHung: true, cause: 'no sign of life' }, undefined],
])('of %s it is said whether it is a fact by itself', (_what, name, how, isFact) => {
  const [found] = findingsOf({ kind: 'died', name, ...how, deathsInARow: 1, restartInMs: 1 }, AT_MS);
  expect(found?.isFact).toBe(isFact);
});
