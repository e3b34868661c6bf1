import type {
  Execution,
  MoneyRow,
  PositionRowsReport,
  ProtectionAnswer,
  ProtectionChange,
} from '../../../domain/position/types';
import { cleanMessage, TOO_LATE } from '../../ccxt/venue-reply';
import type { AdapterOptions } from '../../definition';
import { VenueError } from '../../venue';
import type { PositionDesk } from '../../venue';
import type { BybitSession } from '../bybit-session';
import { classifyTradingStopReply, refusalMeaningOf } from '../outcomes';
import { EXECUTIONS_MAX, POSITIONS_MAX, positionsPayload } from '../payloads';
import type { RefusalMeaning } from '../refusal-words';
import { RowFault } from '../rows';
import { oldestFirst, Requests, windowsSince } from './pages';
import type { Page } from './pages';
import { parseExecution, parseMoneyRow, parsePositionRows } from './parse';
import { executionPage, MONEY_ROWS_MAX, moneyLogPage } from './payloads';
import { buildProtectionRequest, findProtectionFault, protectionAnswerOf } from './protection';

const CATEGORY = 'linear';
/** Pages of open positions; Bybit lists some seven hundred linear contracts, two hundred on a page. */
const POSITION_PAGES_MAX = 10;
/** Requests of one reading of the past: a week of a busy account's money. */
const PAST_REQUESTS_MAX = 500;

/** A page as the venue writes it. */
interface ListPayload {
  readonly result: { readonly list: readonly unknown[]; readonly nextPageCursor?: string };
  readonly time: number;
}

/** What Bybit tells of positions, and keeps of what guards them, in one-way mode. */
export class BybitPositionDesk implements PositionDesk {
  readonly #session: BybitSession;
  private readonly symbols: ReadonlySet<string>;

  constructor(
    session: BybitSession,
    private readonly options: Pick<AdapterOptions, 'symbols' | 'settleAsset'>,
  ) {
    this.#session = session;
    this.symbols = new Set(options.symbols);
  }

  async rows(mayAsk?: () => Promise<void>): Promise<PositionRowsReport> {
    const query = { category: CATEGORY, settleCoin: this.options.settleAsset, limit: POSITIONS_MAX };
    const requests = new Requests('The list of positions does', POSITION_PAGES_MAX, mayAsk);
    const pages = await requests.pages(async (cursor) => {
      const { client } = this.#session;
      const asked = { ...query, ...cursor };
      return pageOf(await this.#session.readAccount(positionsPayload, () => client.privateGetV5PositionList(asked)));
    });
    // Of the first page: what it does not show may have changed while the others were read.
    const asOfMs = Math.min(...pages.map(({ answeredAtMs }) => answeredAtMs));
    const { rows, faults } = readable('The positions', () => parsePositionRows(rowsOf(pages), this.symbols));
    this.#session.reportRows({ what: 'positions', faults });
    return { asOfMs, rows, unreadable: faults.map(({ symbol }) => symbol) };
  }

  async setProtection(
    change: ProtectionChange,
    sendBeforeMonotonicMs = Number.POSITIVE_INFINITY,
  ): Promise<ProtectionAnswer> {
    const fault = findProtectionFault(change, this.symbols);
    if (fault !== undefined) return { status: 'rejected', message: fault };
    const clockFault = await this.#session.findClockFault();
    if (clockFault !== undefined) return protectionAnswerOf(clockFault);
    if (performance.now() > sendBeforeMonotonicMs) return { status: 'unknown', message: TOO_LATE };
    let meaning: RefusalMeaning | undefined;
    const { outcome } = await this.#session.command(
      () => this.#session.client.privatePostV5PositionTradingStop(buildProtectionRequest(change)),
      (reply) => {
        meaning = refusalMeaningOf(reply);
        return classifyTradingStopReply(reply);
      },
      sendBeforeMonotonicMs,
    );
    return protectionAnswerOf(outcome, meaning);
  }

  async executions(symbol: string, sinceMs: number, mayAsk?: () => Promise<void>): Promise<readonly Execution[]> {
    // Without a kind, so that funding and what the venue closed itself are told, too.
    const query = { category: CATEGORY, symbol, limit: EXECUTIONS_MAX };
    const rows = await this.past(`The executions of ${symbol} do`, sinceMs, mayAsk, async (part) => {
      const { client } = this.#session;
      const asked = { ...query, ...part };
      return pageOf(await this.#session.readAccount(executionPage, () => client.privateGetV5ExecutionList(asked)));
    });
    const { settleAsset } = this.options;
    return readable(`The executions of ${symbol}`, () =>
      oldestFirst(rows.map((row) => parseExecution(row, symbol, settleAsset))),
    );
  }

  async moneyLog(sinceMs: number, mayAsk?: () => Promise<void>): Promise<readonly MoneyRow[]> {
    const { settleAsset: currency } = this.options;
    // Of every category: a transfer has none, and what spot trading takes of the wallet is gone, too.
    const query = { accountType: 'UNIFIED', currency, limit: MONEY_ROWS_MAX };
    const rows = await this.past('The changes of the wallet do', sinceMs, mayAsk, async (part) => {
      const { client } = this.#session;
      const asked = { ...query, ...part };
      return pageOf(
        await this.#session.readAccount(moneyLogPage, () => client.privateGetV5AccountTransactionLog(asked)),
      );
    });
    return readable('The changes of the wallet', () =>
      oldestFirst(rows.flatMap((row) => parseMoneyRow(row, currency) ?? [])),
    );
  }

  /** Every row since an instant, the newest first, window by window. */
  private async past(
    what: string,
    sinceMs: number,
    mayAsk: (() => Promise<void>) | undefined,
    ask: (part: Readonly<Record<string, string | number>>) => Promise<Page>,
  ): Promise<readonly unknown[]> {
    await this.#session.ensureClock();
    const requests = new Requests(what, PAST_REQUESTS_MAX, mayAsk);
    let rows: readonly unknown[] = [];
    for (const window of windowsSince(sinceMs, this.#session.clock.nowMs())) {
      const pages = await requests.pages((cursor) => ask({ ...window, ...cursor }));
      rows = [...rowsOf(pages), ...rows];
    }
    return rows;
  }
}

function pageOf({ payload }: { readonly payload: ListPayload }): Page {
  const { list, nextPageCursor } = payload.result;
  return { rows: list, answeredAtMs: payload.time, cursor: nextPageCursor };
}

function rowsOf(pages: readonly Page[]): readonly unknown[] {
  return pages.flatMap(({ rows }) => rows);
}

/** @throws VenueError where a row cannot be read: what is missing would look as if it had not happened */
function readable<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    throw new VenueError({ kind: 'UNKNOWN', message: cleanMessage(`${what} are not known: ${error.message}.`) });
  }
}
