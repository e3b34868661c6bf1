import { REASON_BYTES_MAX } from '../../../src/domain/ledger/state';
import { parseCancellation } from '../../../src/intake/parse-cancellation';

test.each(['changed my mind', '  trimmed ', 'é'.repeat(REASON_BYTES_MAX / 2), '👨‍💻 says so'])(
  '"%s" is a reason',
  (reason) => expect(parseCancellation({ reason })).toEqual({ ok: true, reason: reason.trim() }),
);

test.each<[unknown, string]>([
  [{}, '--reason is empty'],
  [{ reason: ' ' }, '--reason is empty'],
  [{ reason: 5 }, '--reason is 5; it must be text on one line'],
  [{ reason: null }, '--reason is null'],
  [{ reason: 'two\nlines' }, 'on one line'],
  [{ reason: 'x'.repeat(REASON_BYTES_MAX + 1) }, `at most ${REASON_BYTES_MAX} are kept`],
  [{ reason: 'r', force: true }, 'The field "force" is not known'],
  [['reason'], 'A cancellation is a JSON object'],
  [null, 'A cancellation is a JSON object'],
])('%j is refused', (body, message) => {
  const result = parseCancellation(body, '--reason');
  expect(result).toMatchObject({ ok: false });
  expect((result as { message: string }).message).toContain(message);
});
