import { QueryNotRegisteredError } from '@temporalio/client';
import { QUERY_TOO_EARLY } from '../../../src/messages/query-guard';
import { askAgainWhenTooEarly } from '../../../src/temporal/patient-query';

const tooEarly = (): Error => new QueryNotRegisteredError(`Failed: ${QUERY_TOO_EARLY}`, 3);

/** Fails so often, and answers then. */
function queryThatFails(times: number, failure: () => Error) {
  const asked = { count: 0 };
  const query = async (): Promise<string> => {
    asked.count += 1;
    if (asked.count <= times) throw failure();
    return 'answered';
  };
  return { asked, query };
}

test('a query that came too early is asked again', async () => {
  const { asked, query } = queryThatFails(2, tooEarly);
  expect(await askAgainWhenTooEarly(query)).toBe('answered');
  expect(asked.count).toBe(3);
});

test.each([
  ['too early again and again', 9, tooEarly, 8],
  ['refused for another reason', 1, () => new QueryNotRegisteredError('No such query.', 3), 1],
])('a query that is %s fails in the end', async (_what, times, failure, count) => {
  const { asked, query } = queryThatFails(times, failure);
  await expect(askAgainWhenTooEarly(query)).rejects.toThrow(QueryNotRegisteredError);
  expect(asked.count).toBe(count);
});
