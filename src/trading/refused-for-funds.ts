import type { VenueOutcome } from '../domain/outcome';
import type { Problems } from './problems';

/** The balances are asked for at most so often because of refusals; the account reads them by itself now and then. */
const REFRESH_SPACING_MS = 5_000;

export interface RefusedForFundsOptions {
  /** The venue's name. */
  readonly venue: string;
  /** The venue's codes that say that the account lacks funds. */
  readonly codes: ReadonlySet<string>;
  readonly problems: Problems;
  /** Has the account read its balances at once. */
  readonly refresh: () => Promise<void>;
}

/**
 * Acts on orders that the venue refuses for want of funds that the ledger had held for them: what the ledger believes is wrong
 * then, so that the balances are read at once, and a person is told (once a minute, see Problems).
 */
export class RefusedForFunds {
  private refreshedAtMs = -Infinity;

  constructor(private readonly options: RefusedForFundsOptions) {}

  /** @param outcome of a request to place an order */
  note({ kind, venueCode, message }: VenueOutcome): void {
    const { venue, codes, problems } = this.options;
    if (kind !== 'REJECTED' || venueCode === undefined || !codes.has(venueCode)) return;
    problems.happened(
      'FUNDS_REFUSED',
      `${venue} refused an order for want of funds that were reserved for it; the balances are read again. Compare leverage, margin mode and what else trades on the account: ${message}`,
    );
    const nowMs = performance.now();
    if (nowMs - this.refreshedAtMs < REFRESH_SPACING_MS) return;
    this.refreshedAtMs = nowMs;
    this.options.refresh().catch(() => {
      // The account did not hear of it: the next refusal may ask again at once.
      this.refreshedAtMs = -Infinity;
    });
  }
}
