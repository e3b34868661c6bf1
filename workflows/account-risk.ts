import { log } from '@temporalio/workflow';
import type { AccountRules } from '../src/domain/account-rules';
import type { BoundFigure } from '../src/domain/explain/types';
import type { ReserveGate, Reservation, SnapshotCommand } from '../src/domain/ledger/types';
import type { MoneyRow, PositionRow, PositionRowsReport } from '../src/domain/position/types';
import { isRecord } from '../src/domain/plain-values';
import { dayOf, isOpen, symbolBook, type RiskBook, type SymbolBook } from '../src/domain/risk/book';
import { FLAT_REPORT_INTERVAL_MS, reportAgeMaxMs } from '../src/domain/risk/netting';
import { isStillShown } from '../src/domain/risk/past';
import { openerOf, type BookedFill } from '../src/domain/risk/take-fill';
import type { RiskTerms } from '../src/domain/risk/types';
import { moneyWords, sinceWords } from '../src/domain/risk/words';
import type { PositionReport } from '../src/messages/position';
import type { PositionClosed, RiskView } from '../src/messages/venue-account';
import { alert } from './announcements';
import { EarlierClosings } from './earlier-closings';
import { EntriesToTell, type EntryToTell } from './entries-to-tell';
import { OwnEntries } from './own-entries';
import { boundsFor, riskView, unprotectedSymbols } from './risk-view';

/** An order that is pending, as the ledger knows it. */
export interface PendingOrder {
  readonly reservation: Reservation;
  readonly strategy?: string;
}

/** Between two reports while positions are open of which nothing has changed for QUIET_AFTER_MS. */
const QUIET_REPORT_INTERVAL_MS = 10_000;
const QUIET_AFTER_MS = 60_000;

type RiskRules = NonNullable<AccountRules['risk']>;

/**
 * Binds the pure rules of risk to the workflow's time. Every method returns at once. Without terms, and under rules of
 * before there were any, nothing is bounded and nothing noted.
 */
export class AccountRisk {
  private book: RiskBook | undefined;
  /** As the venue wrote them: for who wants to see more than the book keeps. */
  private readonly rows = new Map<string, PositionRow>();
  /** Called where a report lacks a position that was open. */
  onClosed: () => void = () => undefined;
  /** Absent: in a run that began before they were kept. */
  private ownEntries: OwnEntries | undefined;
  /** Absent: in a run that began before they were told. */
  private entriesToTell: EntriesToTell | undefined;
  private readonly earlierClosings = new EarlierClosings();
  private terms: RiskTerms | undefined;
  /** When something of a position changed last; a new run looks closely at first. */
  private changedAtMs = Date.now();

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
    this.ownEntries ??= new OwnEntries();
  }

  /** From now on an entry is told until its position is booked, whether a report shows it or not. @param carried by the former run */
  tellEntries(carried: readonly EntryToTell[] | undefined): void {
    this.entriesToTell ??= new EntriesToTell(carried);
  }

  /** What continue-as-new carries over of them. */
  entriesState(): readonly EntryToTell[] | undefined {
    return this.entriesToTell?.state();
  }

  get isOn(): boolean {
    return this.on !== undefined;
  }

  /** @param areBalancesOutdated see Circumstances; undefined: every entry passes */
  gate(areBalancesOutdated: boolean): ReserveGate | undefined {
    const on = this.on;
    if (on === undefined) return undefined;
    const { rules, terms, book } = on;
    return (command, pending) => rules.check(command, { book, terms, pending, areBalancesOutdated, nowMs: Date.now() });
  }

  entryTaken(): void {
    this.change(({ rules, book }) => rules.countEntry(book, Date.now()));
  }

  fillTaken(fill: BookedFill): void {
    this.changedAtMs = Date.now();
    this.ownEntries?.note(fill);
    this.entriesToTell?.note(fill, Date.now());
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
      const isShown = (symbol: string): boolean => symbolBook(book, symbol).position !== undefined;
      const doubted = this.entriesToTell?.doubting(report, terms.positionLagMs ?? 0, isShown) ?? report;
      const step = rules.takeReport(book, doubted, this.times(terms));
      if (step.refused !== undefined) log.warn('A report of positions was not taken.', { reason: step.refused });
      else taken = step.taken;
      return step.book;
    });
    if (taken === undefined) return undefined;
    if (lookOf(before) !== lookOf(this.book)) this.changedAtMs = Date.now();
    const wasOpen = Object.keys(before?.symbols ?? {}).filter((symbol) => before?.symbols[symbol]?.position);
    if (wasOpen.some((symbol) => !this.positionOf(symbol))) this.onClosed();
    for (const row of report.rows) if (taken.includes(row.symbol)) this.rows.set(row.symbol, row);
    for (const symbol of this.rows.keys()) if (!this.positionOf(symbol)) this.rows.delete(symbol);
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
    this.changedAtMs = Date.now();
    this.change(({ rules, book, terms }) => {
      const take = (one: RiskBook): RiskBook => rules.takeClosed(one, closed, terms.risk, Date.now());
      return this.entriesToTell === undefined ? take(book) : this.earlierClosings.take(book, closed, take);
    });
    // Whoever reaches the account can send any value.
    const { symbol, closedAtMs, openedBy }: Readonly<Record<string, unknown>> = isRecord(closed) ? closed : {};
    if (typeof symbol !== 'string' || typeof closedAtMs !== 'number') return;
    this.ownEntries?.forget(symbol, closedAtMs);
    this.entriesToTell?.booked({ symbol, closedAtMs, openedBy: Array.isArray(openedBy) ? openedBy : [] });
  }

  /** Why no entry may fill any more: a limit of losses is reached. undefined: none is */
  lossLimit(): string | undefined {
    const on = this.on;
    if (on === undefined) return undefined;
    const { dailyLossFraction, drawdownFraction } = on.terms.risk;
    const { dayLoss, fall } = on.book.money;
    if (dailyLossFraction !== null && dayLoss?.dayMs === dayOf(Date.now())) {
      return `the day's loss of ${moneyWords(dayLoss.loss)} reached its limit`;
    }
    if (drawdownFraction === null || fall === undefined) return undefined;
    return `the fall of the equity by ${moneyWords(fall.fall)} reached its limit`;
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
    this.entriesToTell?.told(symbol, Date.now());
    this.change(({ rules, book }) => rules.flatTold(book, symbol));
  }

  /** How long until the next report of positions, milliseconds. */
  intervalMs(hasPendingEntries: boolean): number {
    const on = this.on;
    if (on === undefined) return FLAT_REPORT_INTERVAL_MS;
    const busyMs = on.terms.positions.reportIntervalSeconds * 1_000;
    const isAwaited = ({ exitSettledFromMs = 0 }: SymbolBook): boolean => exitSettledFromMs > on.book.asOfMs;
    const symbols = Object.values(on.book.symbols);
    // Entries wait for the report that knows of an exit, also where nothing is open after it. Runs that began before looked later.
    const isSoon = this.ownEntries !== undefined && symbols.some(isAwaited);
    const isOpenNow = hasPendingEntries || isSoon || symbols.some(isOpen);
    if (!isOpenNow) return Math.max(busyMs, FLAT_REPORT_INTERVAL_MS);
    const isQuiet = !hasPendingEntries && Date.now() - this.changedAtMs >= QUIET_AFTER_MS;
    return isQuiet ? Math.max(busyMs, QUIET_REPORT_INTERVAL_MS) : busyMs;
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
    const flat = Object.entries(this.book?.symbols ?? {}).flatMap(([symbol, { isUntold }]) =>
      isUntold ? [symbol] : [],
    );
    return [...new Set([...flat, ...this.entriesDue()])];
  }

  private entriesDue(): readonly string[] {
    const { book, terms } = this.on ?? {};
    if (this.entriesToTell === undefined || book === undefined) return [];
    const { asOfMs } = book;
    const due = this.entriesToTell.due({ asOfMs, lagMs: terms?.positionLagMs ?? 0, nowMs: Date.now() });
    return due.filter((symbol) => {
      const { position, isUnread } = symbolBook(book, symbol);
      return position === undefined && isUnread !== true;
    });
  }

  positionOf(symbol: string) {
    return this.book && symbolBook(this.book, symbol).position;
  }

  /** Whether a report is still worth telling: of what is booked, or was told by another way, it is not. */
  isToTell(symbol: string, { row }: Pick<PositionReport, 'row'>): boolean {
    if (this.book === undefined) return false;
    const { closing, isUntold } = symbolBook(this.book, symbol);
    if (row !== null) return !isStillShown(closing, row, this.book.asOfMs);
    return isUntold === true || this.entriesToTell?.has(symbol) === true;
  }

  /** What a position's workflow is told of it. @param pending orders of the symbol that may have filled already */
  reportOf(symbol: string, pending: readonly PendingOrder[]): Omit<PositionReport, 'tradingState'> | undefined {
    if (this.book === undefined) return undefined;
    const { openers = [], position } = symbolBook(this.book, symbol);
    const row = position ? (this.rows.get(symbol) ?? null) : null;
    if (position && row === null) return undefined;
    const booked = openers.map(({ direction: _direction, atMs: filledAtMs, ...opener }) => ({ ...opener, filledAtMs }));
    const known = position
      ? (this.ownEntries?.openersOf(symbol, position, booked) ?? booked)
      : (this.entriesToTell?.beside(symbol, booked) ?? booked);
    const direction = position?.side === 'SHORT' ? 'SELL' : 'BUY';
    const coming = pending
      .filter(
        ({ reservation: { intent, metadata } }) => position && intent === 'entry' && metadata.direction === direction,
      )
      .map(({ reservation, strategy }) => openerOf(reservation, { strategy }));
    const closeAll = this.closeAll();
    return { asOfMs: this.book.asOfMs, row, openers: [...known, ...coming], ...(closeAll && { closeAll }) };
  }

  view(pending: readonly Reservation[]): RiskView {
    const book = this.book;
    return riskView({ book, terms: this.on?.terms, pending, rows: this.rows, nowMs: Date.now() });
  }

  /** @returns what an entry of the symbol meets; see boundsFor */
  bounds(symbol: string, pending: readonly Reservation[]): readonly BoundFigure[] {
    return boundsFor(symbol, { book: this.book, terms: this.on?.terms, pending, rows: this.rows, nowMs: Date.now() });
  }

  private closeAll(): PositionReport['closeAll'] {
    const on = this.on;
    const dayLoss = on?.book.money.dayLoss;
    if (on?.terms.risk.onDailyLoss !== 'flatten' || dayLoss?.dayMs !== dayOf(Date.now())) return undefined;
    const words = `The day's loss of ${moneyWords(dayLoss.loss)} reached its limit`;
    return { reason: 'DAILY_LOSS', words };
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
    this.tellLimits(before, this.book.money);
  }

  /** A limit that stops all entries is told to a person when it is reached. */
  private tellLimits(before: RiskBook['money'], { dayLoss, fall, day }: RiskBook['money']): void {
    const { resumed } = day ?? {};
    if (dayLoss && before.dayLoss?.dayMs !== dayLoss.dayMs) {
      const what = `${moneyWords(dayLoss.loss)} of ${moneyWords(dayLoss.of)} were lost since ${sinceWords(resumed?.atMs)}`;
      alert(
        `${this.venue}: ${what}, the limit of a day. No entry is taken until tomorrow, or until you resume trading.`,
      );
    }
    if (fall && before.fall === undefined) {
      const what = `The equity fell by ${moneyWords(fall.fall)} from its highest, ${moneyWords(fall.of)}`;
      alert(`${this.venue}: ${what}, the limit. No entry is taken until you resume trading.`);
    }
  }
}

/** Equal for books of which every position has the same size and the same guards, and a stop where it had one. */
function lookOf(book: RiskBook | undefined): string {
  const looks = Object.entries(book?.symbols ?? {}).map(([symbol, { position, missedAtMs, isUnread }]) => {
    const { value: _value, ...look } = position ?? {};
    return [symbol, look, missedAtMs !== undefined, isUnread];
  });
  return JSON.stringify(looks);
}
