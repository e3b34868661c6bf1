import { createMarketDataActivities } from '../../../activities/market-data';
import type { OutcomeKind } from '../../../src/domain/outcome';
import { VenueError } from '../../../src/venues/venue';

/** Reads balances from a venue that refuses, in a process whose clock was an hour ahead when it was told. */
function refusedWith(kind: OutcomeKind, retryAfterMs?: number): Promise<unknown> {
  const balances = async (): Promise<never> => {
    throw new VenueError({ kind, message: 'No.', retryAtMs: Date.now() + 3_600_000, retryAfterMs });
  };
  const pacedVenue = { balances } as never;
  return createMarketDataActivities({ pacedVenue, candlesDir: '', candleCount: 1 }).fetchBalances();
}

test.each([30_000, undefined])(
  'the server repeats a refused read after the venue’s own span of %p ms',
  async (spanMs) => {
    await expect(refusedWith('RATE_LIMITED', spanMs)).rejects.toMatchObject({
      type: 'RATE_LIMITED',
      nextRetryDelay: spanMs,
    });
  },
);

test('a read that only a person can mend is not repeated', async () => {
  await expect(refusedWith('FATAL')).rejects.toMatchObject({ nonRetryable: true });
});
