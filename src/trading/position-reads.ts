import type {
  Execution,
  MoneyRow,
  PositionRowsReport,
  ProtectionAnswer,
  ProtectionChange,
} from '../domain/position/types';
import { addPermit, withPermit, type RequestPermit } from '../venues/request-permit';
import { VenueError, type PositionDesk, type Venue } from '../venues/venue';
import type { Permits } from './permits';
import { ReadBackOff } from './read-back-off';
import { SharedRead } from './shared-read';

/** Only who asks while a request is under way shares it: a report is asked for because something changed. */
const ROWS_AGE_MAX_MS = 0;

/**
 * A venue's positions, what guards them and what closed them, under the limiter's permits: each page has its own, in the exits'
 * share. All decide over money that is at stake, so that none of it waits behind entries.
 */
export class PositionReads {
  private readonly sharedRows: SharedRead<PositionRowsReport>;
  /** Of the reads of what closed positions: many workflows may ask at once. */
  private readonly backOff = new ReadBackOff();

  constructor(
    private readonly venue: Pick<Venue, 'name' | 'positionDesk'>,
    private readonly permits: Pick<Permits, 'forRead'>,
  ) {
    this.sharedRows = new SharedRead({
      // Less than nothing where it was asked for in this very instant, too.
      ageMaxMs: () => ROWS_AGE_MAX_MS - 1,
      mayAsk: () => this.mayRead(),
      fetch: (mayAskMore) => this.desk.rows(mayAskMore),
    });
  }

  /** Every open position; those who ask at the same time share the requests. @throws VenueError */
  async rows(): Promise<PositionRowsReport> {
    // Before the permit: a venue without positions costs none.
    void this.desk;
    return this.sharedRows.get('exit');
  }

  /** Every execution in a symbol since an instant, milliseconds UTC on the venue's clock, oldest first. @throws VenueError */
  executions(symbol: string, sinceMs: number): Promise<readonly Execution[]> {
    return this.read((desk, mayAskMore) => desk.executions(symbol, sinceMs, mayAskMore));
  }

  /** Every change of the wallet since an instant, of all symbols, oldest first. @throws VenueError */
  moneyLog(sinceMs: number): Promise<readonly MoneyRow[]> {
    return this.read((desk, mayAskMore) => desk.moneyLog(sinceMs, mayAskMore));
  }

  /**
   * Sets what guards a position: one request with an order permit of an exit. Never fails for the venue's or the limiter's
   * sake: those are answers.
   *
   * @param sendBeforeMonotonicMs nothing leaves later: a change that was given up must not come after a newer one
   * @param beforeSending called when the permit is in hand
   */
  async setProtection(
    change: ProtectionChange,
    sendBeforeMonotonicMs: number,
    beforeSending: () => void,
  ): Promise<ProtectionAnswer> {
    try {
      const { desk } = this;
      const permit = await this.permits.forRead('order', 'exit');
      if (performance.now() >= sendBeforeMonotonicMs) {
        permit.void();
        return { status: 'rate_limited', message: 'The permit came too late to be used; nothing was sent.' };
      }
      beforeSending();
      return await withPermit(permit, () => desk.setProtection(change, sendBeforeMonotonicMs));
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      const { kind, message } = error.outcome;
      return { status: kind === 'RATE_LIMITED' || kind === 'BANNED' ? 'rate_limited' : 'rejected', message };
    }
  }

  private get desk(): PositionDesk {
    const { positionDesk, name } = this.venue;
    if (positionDesk !== undefined) return positionDesk;
    const message = `${name} tells nothing of positions and takes no stops for them. Set risk and protection for a venue that does.`;
    throw new VenueError({ kind: 'FATAL', message });
  }

  private async read<Answer>(
    ask: (desk: PositionDesk, mayAskMore: () => Promise<void>) => Promise<Answer>,
  ): Promise<Answer> {
    const { desk } = this;
    this.backOff.check('exit');
    try {
      const mayAskMore = async (): Promise<void> => addPermit(await this.mayRead());
      const answer = await withPermit(await this.mayRead(), () => ask(desk, mayAskMore));
      this.backOff.succeeded();
      return answer;
    } catch (error) {
      this.backOff.failed(error);
      throw error;
    }
  }

  private mayRead(): Promise<RequestPermit> {
    return this.permits.forRead('account', 'exit');
  }
}
