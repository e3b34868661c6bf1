import { MockActivityEnvironment } from '@temporalio/testing';
import { createComponentActivities } from '../../../activities/component';
import { PROBLEMS_MAX, type ComponentHeartbeat } from '../../../src/messages/component';

/** Holds a slot until its first heartbeat. @returns what it told */
async function firstHeartbeat(problems: readonly string[], codes: readonly string[] = []): Promise<ComponentHeartbeat> {
  const environment = new MockActivityEnvironment();
  const activities = createComponentActivities({
    activeTasks: () => 0,
    problems: () => problems,
    problemCodes: () => codes,
    onLost: () => undefined,
  });
  const told: ComponentHeartbeat[] = [];
  environment.on('heartbeat', (details: ComponentHeartbeat) => {
    told.push(details);
    environment.cancel();
  });
  await environment.run(() => activities.holdSlot(1_000)).catch(() => undefined);
  return told[0]!;
}

test('a heartbeat tells what is wrong with its process', async () => {
  expect((await firstHeartbeat(['The clock is off.'])).problems).toEqual(['The clock is off.']);
});

test('a heartbeat tells of no more problems than it may hold', async () => {
  const many = Array.from({ length: 2 * PROBLEMS_MAX }, (_, index) => String(index));
  expect((await firstHeartbeat(many)).problems).toEqual(many.slice(0, PROBLEMS_MAX));
});

test('a heartbeat tells programs what kind each problem is, and how near the end of its memory the process is', async () => {
  const { problemCodes, memoryShare } = await firstHeartbeat(['The clock is off.'], ['CLOCK_OFF']);
  expect(problemCodes).toEqual(['CLOCK_OFF']);
  expect(memoryShare).toBeGreaterThan(0);
  expect(memoryShare).toBeLessThan(1);
});
