import { ofSupervisor, SupervisorLook } from '../../../../src/observability/alerts/supervisor-look';
import type { SupervisorSight } from '../../../../src/observability/supervisor-sight';

const state = { sight: 'answers' as SupervisorSight['state'], nowMs: 0 };
const look = (): SupervisorLook =>
  new SupervisorLook(
    async () => [{ pid: 7, state: state.sight }],
    () => state.nowMs,
  );
beforeEach(() => Object.assign(state, { sight: 'answers', nowMs: 0 }));

test('a start that gives no sign for long enough is found, and that it gives one again', async () => {
  const looking = look();
  expect(await looking.fault()).toBe('');
  state.sight = 'silent';
  expect(await looking.fault()).toBeUndefined();
  state.nowMs = 19_999;
  expect(await looking.fault()).toBeUndefined();
  state.nowMs = 20_000;
  expect(await looking.fault()).toContain('kill -9 7');
  state.sight = 'answers';
  expect(await looking.fault()).toBe('');
  state.sight = 'silent';
  expect(await looking.fault()).toBeUndefined();
});

test('a start that cannot be asked is not known', async () => {
  state.sight = 'unknown';
  expect(await look().fault()).toBeUndefined();
  expect(ofSupervisor(undefined)).toEqual([]);
});

test('what is found of it is critical, holds the ping back, and no server explains it', () => {
  expect(ofSupervisor('It hangs.')).toMatchObject([
    { rule: 'heartbeat_lost', subject: 'supervisor', holds: true, isFact: true },
  ]);
  expect(ofSupervisor('')).toMatchObject([{ holds: false }]);
});
