import { blockMessage } from './block';
import { capacityOf } from './capacity';
import { earliest, type Asked, type Rule } from './fit';
import { ENTRIES_WAITING_MAX, GRANTS_MAX } from './state';
import type { LimiterState } from './state';
import { queueOf, waiting } from './turns';
import type { AcquireCommand } from './types';

/** What a refused caller is told. */
export const TOO_MANY_BOOKED = `${GRANTS_MAX} requests are booked already; send fewer, or wait until they have passed.`;
export const TOO_MANY_WAITING = `${ENTRIES_WAITING_MAX} entries wait for their turn already; send fewer, or wait until they have passed.`;

export function tooLateMessage(
  state: LimiterState,
  asked: Asked,
  rules: readonly Rule[],
  atMs: number,
  latestMs: number,
): string {
  if (state.blockedUntilMs > latestMs) return blockMessage(state);
  const { endpoint } = asked.command;
  const strategy = queueOf(asked.command);
  if (strategy === undefined) {
    return `The request limit leaves room ${atMs - latestMs} ms after the latest time asked for; ask for a later one.`;
  }
  const queue = waiting(state, endpoint);
  const own = queue.filter((permit) => permit.strategy === strategy).length;
  const tightest = rules.findLast((rule) => earliest(state, asked, [rule]) === atMs) ?? rules[0]!;
  const { limit, name } = tightest;
  return (
    `The request limit "${name}" allows weight ${capacityOf(state.limits, limit, 'entry')} in ${limit.windowMs} ms and leaves ` +
    `room ${atMs - latestMs} ms after the time to live: ${own} requests of this strategy and ${queue.length - own} of ` +
    `others wait already. Send fewer signals.`
  );
}

export function tooHeavyMessage(state: LimiterState, command: AcquireCommand, rule: Rule, weight: number): string {
  const capacity = capacityOf(state.limits, rule.limit, command.intent);
  return (
    `A request of weight ${weight} never fits the limit "${rule.name}", which allows ${capacity} in ` +
    `${rule.limit.windowMs} ms after its safety margin. Send a lighter request or raise the limit.`
  );
}
