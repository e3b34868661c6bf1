import type { Notice } from '../../../../src/domain/alerts/alert';
import {
  delivered,
  EMPTY_OUTBOX,
  enqueue,
  givenUp,
  nextToSend,
  OUTBOX_MAX,
} from '../../../../src/domain/alerts/outbox';

function notice(alertId: string, kind: Notice['kind'] = 'firing', number = 1): Notice {
  const text = `${alertId} is full.`;
  return {
    alertId,
    kind,
    number,
    rule: 'disk_full',
    severity: 'critical',
    subject: alertId,
    text,
    sinceMs: 0,
    atMs: 0,
  };
}

const many = (count: number, kind?: Notice['kind']): readonly Notice[] =>
  Array.from({ length: count }, (_, index) => notice(`disk-${index}`, kind));

test('messages are sent in the order in which they came', () => {
  let outbox = enqueue(EMPTY_OUTBOX, many(3));
  const sent: string[] = [];
  for (let next = nextToSend(outbox); next !== undefined; next = nextToSend(outbox)) {
    sent.push(next.alertId);
    outbox = delivered(outbox, outbox.dropped);
  }
  expect(sent).toEqual(['disk-0', 'disk-1', 'disk-2']);
});

test('a full outbox drops repetitions first, then ends, and first messages last', () => {
  const mixed = [...many(OUTBOX_MAX - 2), notice('disk-0', 'resolved', 3), notice('disk-1', 'repeated', 2)];
  const kinds = (count: number): readonly string[] =>
    enqueue(enqueue(EMPTY_OUTBOX, mixed), many(count)).waiting.map(({ kind }) => kind);
  expect(kinds(1)).not.toContain('repeated');
  expect(kinds(1)).toContain('resolved');
  expect(kinds(2)).not.toContain('resolved');
  expect(kinds(3)).toHaveLength(OUTBOX_MAX);
});

test('the message that may be under way is not dropped', () => {
  const outbox = enqueue(EMPTY_OUTBOX, [notice('first', 'repeated', 2), ...many(2 * OUTBOX_MAX)]);
  expect(outbox.waiting[0]!.alertId).toBe('first');
});

test('how much was dropped, and of what, is told once', () => {
  const full = enqueue(EMPTY_OUTBOX, many(OUTBOX_MAX + 3));
  expect(full.dropped).toEqual({ count: 3, firings: { disk_full: 3 } });
  expect(nextToSend(full)!.text).toMatch(/3 earlier messages were dropped.*disk_full 3/);
  const after = delivered(full, full.dropped);
  expect(nextToSend(after)!.text).not.toContain('dropped');
});

test('what is dropped while a message is under way is told by the next', () => {
  const full = enqueue(EMPTY_OUTBOX, many(OUTBOX_MAX + 3));
  const meanwhile = enqueue(full, many(2));
  expect(delivered(meanwhile, full.dropped).dropped).toEqual({ count: 2, firings: { disk_full: 2 } });
});

test('a message that is given up counts as dropped', () => {
  const outbox = givenUp(enqueue(EMPTY_OUTBOX, many(2)));
  expect(outbox.waiting.map(({ alertId }) => alertId)).toEqual(['disk-1']);
  expect(nextToSend(outbox)!.text).toContain('1 earlier message was dropped');
});

test('who heard of an alert hears of its end, and nobody else does', () => {
  const heard = delivered(enqueue(EMPTY_OUTBOX, many(1)), undefined);
  expect(enqueue(heard, [notice('disk-0', 'resolved', 2)]).waiting).toHaveLength(1);
  expect(enqueue(heard, [notice('other', 'resolved', 2)]).waiting).toEqual([]);
  expect(enqueue(enqueue(EMPTY_OUTBOX, many(1)), [notice('disk-0', 'resolved', 2)]).waiting).toHaveLength(2);
});

test('a repetition is the first message for a channel that did not hear of the alert', () => {
  expect(enqueue(EMPTY_OUTBOX, [notice('a', 'repeated', 3)]).waiting).toMatchObject([{ kind: 'firing', number: 3 }]);
});

test('with a first message that is given up goes what waits about the same alert', () => {
  const outbox = givenUp(enqueue(EMPTY_OUTBOX, [...many(2), notice('disk-0', 'resolved', 2)]));
  expect(outbox.waiting.map(({ alertId }) => alertId)).toEqual(['disk-1']);
});
