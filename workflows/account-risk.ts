import { log } from '@temporalio/workflow';
import type { AccountRules } from '../src/domain/account-rules';
import type { BoundFigure } from '../src/domain/explain/types';
import type { Denial } from '../src/domain/denial';
import { orderSizeOf } from '../src/domain/ledger/positions';
import type { Reservation, ReserveCommand, ReserveGate, SnapshotCommand } from '../src/domain/ledger/types';
import type { MoneyRow, PositionRowsReport } from '../src/domain/position/types';
import { isRecord } from '../src/domain/plain-values';
import { symbolBook, type RiskBook } from '../src/domain/risk/book';
import { FLAT_REPORT_INTERVAL_MS, reportAgeMaxMs } from '../src/domain/risk/netting';
import type { BookedFill } from '../src/domain/risk/take-fill';
import type { RiskTerms } from '../src/domain/risk/types';
import { unseenDenial } from '../src/domain/risk/unseen';
import type { PositionReport } from '../src/messages/position';
import type { PositionClosed, RiskView } from '../src/messages/venue-account';
import { EarlierClosings } from './earlier-closings';
import type { EntryToTell } from './entries-to-tell';
import { closeAllBy, lossLimitOf, tellLimits } from './loss-limits';
import { PositionReports, type PendingOrder } from './position-reports';
import { ReportPace } from './report-pace';
import { boundsFor, riskView, unprotectedSymbols } from './risk-view';

type RiskRules = NonNullable<AccountRules['risk']>;

/**
 * Binds the pure rules of risk to the workflow's time. Every method returns at once. Without terms, and under rules of
 * before there were any, nothing is bounded and nothing noted.
 */
export class AccountRisk {
  private book: RiskBook | undefined;
  /** Called where a report lacks a position that was open. */
  onClosed: () => void = () => undefined;
  private readonly reports = new PositionReports();
  private readonly pace = new ReportPace();
  /** False in a run that began before entries waited for it. */
  private awaitsUnseen = false;
  private readonly earlierClosings = new EarlierClosings();
  private terms: RiskTerms | undefined;

  constructor(
    private readonly venue: string,
    private readonly rules: RiskRules | undefined,
    terms: RiskTerms | undefined,
    carried: RiskBook | undefined,
  ) {
    this.terms = terms;
    this.book = carried ?? rules?.emptyBook();
  }

  /** What continue-as-new carries over. */
  state(): RiskBook | undefined {
    return this.book;
  }

  configure(terms: RiskTerms | undefined): void {
    this.terms = terms;
  }

  /** From now on a position whose entries the book has dropped is still told as ours. Other reports follow. */
  keepOwnEntries(): void {
    this.reports.keepOwnEntries();
  }

  /** From now on an entry is told until its position is booked, whether a report shows it or not. @param carried by the former run */
  tellEntries(carried: readonly EntryToTell[] | undefined): void {
    this.reports.tellEntries(carried);
  }

  /** From now on an entry waits while a position of its symbol that no report showed is not booked. */
  awaitUnseen(): void {
    this.awaitsUnseen = true;
  }

  /** See PositionReports.boundOpeners. */
  boundOpeners(): void {
    this.reports.boundOpeners();
  }

  /** What continue-as-new carries over of them. */
  entriesState(): readonly EntryToTell[] | undefined {
    return this.reports.entriesState();
  }

  get isOn(): boolean {
    return this.on !== undefined;
  }

  /** @param areBalancesOutdated see Circumstances; undefined: every entry passes */
  gate(areBalancesOutdated: boolean): ReserveGate | undefined {
    const on = this.on;
    if (on === undefined) return undefined;
    const { rules, terms, book } = on;
    return (command, pending) => {
      const answer = rules.check(command, { book, terms, pending, areBalancesOutdated, nowMs: Date.now() });
      // What is certain comes first: whoever waits must not wait in vain.
      if (answer !== undefined && 'code' in answer) return answer;
      return this.unseenDenial(command) ?? answer;
    };
  }

  private unseenDenial({ metadata }: ReserveCommand): Denial | undefined {
    const { symbol } = orderSizeOf(metadata) ?? {};
    const on = this.on;
    if (!this.awaitsUnseen || on === undefined || symbol === undefined) return undefined;
    const heardAtMs = this.reports.heardAtMs(symbol);
    return unseenDenial({ symbol, heardAtMs }, symbolBook(on.book, symbol), on.terms.risk, Date.now());
  }

  entryTaken(): void {
    this.change(({ rules, book }) => rules.countEntry(book, Date.now()));
  }

  fillTaken(fill: BookedFill): void {
    this.pace.changed();
    this.reports.fillTaken(fill);
    this.change(({ rules, book, terms }) => rules.takeFill(book, fill, this.times(terms)));
  }

  equityTaken({ assets, asOfMs }: SnapshotCommand): void {
    const told = Object.entries(assets).find(([, { equity }]) => equity !== undefined);
    if (told === undefined) return;
    const [asset, { equity: amount = '' }] = told;
    this.change(({ rules, book, terms }) => rules.takeEquity(book, { asset, amount, asOfMs }, terms.risk, Date.now()));
  }

  /** @returns symbols whose row was taken; undefined: the report changed nothing */
  reportTaken(report: PositionRowsReport): readonly string[] | undefined {
    let taken: readonly string[] | undefined;
    const before = this.book;
    this.change(({ rules, book, terms }) => {
      const step = rules.takeReport(book, this.reports.doubting(report, book, terms), this.times(terms));
      if (step.refused !== undefined) log.warn('A report of positions was not taken.', { reason: step.refused });
      else taken = step.taken;
      return step.book;
    });
    if (taken === undefined) return undefined;
    this.pace.looked(before, this.book);
    const wasOpen = Object.keys(before?.symbols ?? {}).filter((symbol) => before?.symbols[symbol]?.position);
    if (wasOpen.some((symbol) => !this.positionOf(symbol))) this.onClosed();
    this.reports.reportTaken(report, taken, this.book);
    return taken;
  }

  moneyTaken(rows: readonly MoneyRow[], read: { readonly sinceMs: number; readonly atMs: number }): void {
    this.change(({ rules, book, terms }) => rules.takeMoney(book, rows, read, terms.risk, Date.now()));
  }

  /** Since when the money log is to be read now; undefined: not now. */
  moneyToRead(): number | undefined {
    const on = this.on;
    return on && on.rules.moneyToRead(on.book, on.terms.risk, Date.now());
  }

  closed(closed: PositionClosed): void {
    this.pace.changed();
    this.change(({ rules, book, terms }) => {
      const take = (one: RiskBook): RiskBook => rules.takeClosed(one, closed, terms.risk, Date.now());
      return this.reports.tellsEntries ? this.earlierClosings.take(book, closed, take) : take(book);
    });
    this.reports.closed(closed);
  }

  /** Why no entry may fill any more: a limit of losses is reached. undefined: none is */
  lossLimit(): string | undefined {
    const on = this.on;
    return on && lossLimitOf(on.book.money, on.terms.risk);
  }

  /**
   * Whether the last report of balances is so much younger than a position's end that it knows what that brought.
   *
   * @param closed any value: whoever reaches the account can send it
   */
  isInEquity(closed: PositionClosed, lagMs: number): boolean {
    const closedAtMs = isRecord(closed) ? closed.closedAtMs : undefined;
    if (typeof closedAtMs !== 'number') return false;
    return (this.book?.money.equity?.asOfMs ?? 0) >= closedAtMs + lagMs;
  }

  resumed(): void {
    this.change(({ rules, book }) => rules.resume(book, Date.now()));
  }

  flatTold(symbol: string): void {
    this.reports.flatTold(symbol);
    this.change(({ rules, book }) => rules.flatTold(book, symbol));
  }

  /** How long until the next report of positions, milliseconds. */
  intervalMs(hasPendingEntries: boolean): number {
    const on = this.on;
    if (on === undefined) return FLAT_REPORT_INTERVAL_MS;
    const { book, terms } = on;
    return this.pace.intervalMs({ book, terms, hasPendingEntries, awaitsExits: this.reports.keepsOwnEntries });
  }

  /** Whether positions were not reported for too long, since an instant of our clock or ever. */
  arePositionsOutdated(sinceMs: number): boolean {
    const on = this.on;
    if (on === undefined) return false;
    return Math.abs(Date.now() - Math.max(on.book.reportedAtMs, sinceMs)) > reportAgeMaxMs(on.book, on.terms);
  }

  /** Symbols whose position has had no stop for longer than is allowed, and is to have one, with since when. */
  unprotected(): readonly (readonly [symbol: string, sinceMs: number])[] {
    const { book, terms } = this.on ?? {};
    if (book === undefined || terms === undefined) return [];
    const { unprotectedMaxMs = 0 } = terms;
    return unprotectedSymbols(book, terms).flatMap((symbol) => {
      const sinceMs = book.symbols[symbol]?.unprotectedSinceMs;
      return sinceMs !== undefined && Date.now() - sinceMs >= unprotectedMaxMs ? [[symbol, sinceMs] as const] : [];
    });
  }

  /** Symbols that are flat, which nobody was told yet, or not yet of an entry that may have opened a position meanwhile. */
  untold(): readonly string[] {
    return this.reports.untold(this.book, this.on?.terms);
  }

  positionOf(symbol: string) {
    return this.book && symbolBook(this.book, symbol).position;
  }

  /** Whether a report is still worth telling: of what is booked, or was told by another way, it is not. */
  isToTell(symbol: string, { row }: Pick<PositionReport, 'row'>): boolean {
    return this.book !== undefined && this.reports.isToTell(this.book, symbol, { row });
  }

  /** What a position's workflow is told of it. @param pending orders of the symbol that may have filled already */
  reportOf(symbol: string, pending: readonly PendingOrder[]): Omit<PositionReport, 'tradingState'> | undefined {
    const { book, on } = this;
    const report = book && this.reports.reportOf(book, symbol, pending);
    if (report === undefined) return undefined;
    const closeAll = on && closeAllBy(on.book.money, on.terms.risk);
    return { ...report, ...(closeAll && { closeAll }) };
  }

  view(pending: readonly Reservation[]): RiskView {
    const book = this.book;
    return riskView({ book, terms: this.on?.terms, pending, rows: this.reports.rows, nowMs: Date.now() });
  }

  /** @returns what an entry of the symbol meets; see boundsFor */
  bounds(symbol: string, pending: readonly Reservation[]): readonly BoundFigure[] {
    return boundsFor(symbol, {
      book: this.book,
      terms: this.on?.terms,
      pending,
      rows: this.reports.rows,
      nowMs: Date.now(),
    });
  }

  private get on(): { rules: RiskRules; terms: RiskTerms; book: RiskBook } | undefined {
    const { rules, terms, book } = this;
    return rules && terms && book && { rules, terms, book };
  }

  private times({ positionLagMs = 0 }: RiskTerms) {
    return { lagMs: positionLagMs, nowMs: Date.now() };
  }

  private change(step: (on: { rules: RiskRules; terms: RiskTerms; book: RiskBook }) => RiskBook): void {
    const on = this.on;
    if (on === undefined) return;
    const before = on.book.money;
    this.book = step(on);
    tellLimits(this.venue, before, this.book.money);
  }
}
