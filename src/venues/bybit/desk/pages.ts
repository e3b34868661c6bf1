import { VenueError } from '../../venue';

/** Bybit's longest window of a query about the past. */
const WINDOW_MAX_MS = 7 * 24 * 60 * 60 * 1_000;
/** How much later than now the last window ends: now is our measure of the venue's clock. */
const CLOCK_MARGIN_MS = 1_000;

export interface Page {
  readonly rows: readonly unknown[];
  /** The venue's clock in the answer. */
  readonly answeredAtMs: number;
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** The requests of one reading: their bound, and the permit of each but the first. */
export class Requests {
  private made = 0;

  /** @param what is read, with its verb, for the sentence of a list that does not end: `The list of positions does` */
  constructor(
    private readonly what: string,
    private readonly max: number,
    private readonly mayAsk?: () => Promise<void>,
  ) {}

  /** Every page of one list. @throws VenueError when there are too many; what asking throws */
  async pages(ask: (cursor: { readonly cursor?: string }) => Promise<Page>): Promise<readonly Page[]> {
    const pages: Page[] = [];
    let cursor: string | undefined;
    do {
      if (this.made >= this.max) {
        throw new VenueError({ kind: 'UNKNOWN', message: `${this.what} not end within ${this.max} requests.` });
      }
      this.made += 1;
      if (this.made > 1) await this.mayAsk?.();
      const page = await ask(cursor === undefined ? {} : { cursor });
      pages.push(page);
      // The venue may mark a page that is the last one, and then shows an empty one.
      const next = page.rows.length === 0 ? undefined : page.cursor;
      if (next !== undefined && next === cursor) {
        throw new VenueError({
          kind: 'UNKNOWN',
          message: `${this.what} not end: a page names itself as the next one.`,
        });
      }
      cursor = next;
    } while (cursor !== undefined);
    return pages;
  }
}

export interface Window {
  readonly startTime: number;
  readonly endTime: number;
}

/** The windows that cover the time since an instant, the oldest first. @param nowMs the venue's clock */
export function windowsSince(sinceMs: number, nowMs: number): readonly Window[] {
  const untilMs = nowMs + CLOCK_MARGIN_MS;
  const windows: Window[] = [];
  // The venue's clock may have been set back since the instant was taken.
  let startTime = Math.min(sinceMs, nowMs);
  do {
    windows.push({ startTime, endTime: Math.min(startTime + WINDOW_MAX_MS, untilMs) });
    startTime += WINDOW_MAX_MS + 1;
  } while (startTime <= untilMs);
  return windows;
}

/** Rows that venues show newest first, oldest first; one that two pages show, because others came meanwhile, counts once. */
export function oldestFirst<Row extends { readonly atMs: number }>(newestFirst: readonly Row[]): readonly Row[] {
  const once = new Map(newestFirst.map((row) => [JSON.stringify(row), row]));
  return [...once.values()].toReversed().toSorted((one, other) => one.atMs - other.atMs);
}
