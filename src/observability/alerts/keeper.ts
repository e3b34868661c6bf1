import type { Notice } from '../../domain/alerts/alert';
import { bookAfter, forChannels, withLateNews, withOutbox, type AlertBook } from '../../domain/alerts/book';
import { EMPTY_OUTBOX, givenUp, type Outbox } from '../../domain/alerts/outbox';
import { isQuiet, type AlertEvent, type AlertState } from '../../domain/alerts/state';
import { redactLine } from '../redaction';
import { bookPath, openBook, saveBook } from './book-file';
import type { AlertChannel } from './channel';
import { readSpool, removeFromSpool, spoolFolder, tidySpool } from './spool';

/** Tells what went wrong with the book itself; it is no alert of its own where that could not be written either. */
export type TellFault = (sentence: string) => void;

/** More than there are alerts and channels at a time; of more, the oldest are asked again. */
const REFUSED_MAX = 10_000;

/** What is told leaves this machine; it may hold what a server or an exchange said. */
function withoutSecrets(event: AlertEvent): AlertEvent {
  if (event.kind !== 'finding') return event;
  const { finding } = event;
  return { ...event, finding: { ...finding, subject: redactLine(finding.subject), text: redactLine(finding.text) } };
}

/**
 * Keeps the book of alerts: what comes in is on the disk before anything is sent. One process at a time.
 *
 * Where the disk takes nothing, it goes on in memory, so that it can tell just that; a crash then costs more than one
 * repetition.
 */
export class AlertKeeper {
  private book: AlertBook;
  /** Messages that could not be kept or were given up since the start, by channel. */
  private readonly drops = new Map<string, number>();
  /** `channel alert`, of what a channel refused since the start: asked again at the next start, or when the alert is repeated. */
  private readonly refused = new Set<string>();
  private isSaved = true;
  private isFaultTold = false;
  private isUnreadableTold = false;

  /** @param nowMs UTC, milliseconds */
  constructor(
    private readonly dataDir: string,
    private readonly channels: readonly AlertChannel[],
    private readonly tellFault: TellFault,
    nowMs: number,
  ) {
    const { book, fault } = openBook(dataDir);
    const names = channels.map(({ name }) => name);
    this.book = forChannels(book, names);
    this.tidy();
    if (fault === undefined) return;
    const text = `The book of alerts, ${bookPath(dataDir)}, ${fault}: it was set aside as alerts.json.damaged. What still holds is told anew; what was not delivered until now, and silences, are lost.`;
    tellFault(text);
    this.take(
      {
        kind: 'finding',
        finding: { rule: 'alert_book_damaged', subject: 'alerts.json', holds: true, text, atMs: nowMs },
      },
      nowMs,
    );
    this.save();
  }

  get state(): AlertState {
    return this.book.state;
  }

  /** How long the oldest message has waited for its channel, milliseconds; undefined: none waits. @param nowMs UTC */
  oldestWaitMs(nowMs: number): number | undefined {
    const waiting = Object.values(this.book.outboxes).flatMap((outbox) => outbox.waiting);
    return waiting.length === 0 ? undefined : Math.max(0, nowMs - Math.min(...waiting.map(({ atMs }) => atMs)));
  }

  outboxOf(channel: string): Outbox {
    return this.book.outboxes[channel] ?? EMPTY_OUTBOX;
  }

  /** Messages for a channel that were given up since the start, or had no room. */
  dropsOf(channel: string): number {
    return this.drops.get(channel) ?? 0;
  }

  /**
   * Takes in what lies in the spool and what was found, each exactly once, and writes it down.
   *
   * @param nowMs UTC, milliseconds
   */
  step(events: readonly AlertEvent[], nowMs: number): void {
    const names = this.takeSpool(nowMs);
    for (const event of events) this.take(event, nowMs);
    this.take({ kind: 'tick' }, nowMs);
    this.tellLate(nowMs);
    // For the time alone an empty book is not written again.
    if (!isQuiet(this.state) || names.length > 0) this.isSaved = false;
    this.save();
    // What is not written down must stay in the spool.
    if (this.isSaved) this.forgetTaken(names);
  }

  /** @param change makes the next outbox of this one */
  changeOutbox(channel: string, change: (outbox: Outbox) => Outbox): void {
    this.turnTo(withOutbox(this.book, channel, change(this.outboxOf(channel))));
    this.isSaved = false;
    this.save();
  }

  /**
   * Gives up the message that a channel would be sent next.
   *
   * @param isFinal the channel will never take it: its alert is not told to it as late news either
   */
  giveUp(channel: string, isFinal: boolean): void {
    const [first] = this.outboxOf(channel).waiting;
    if (first !== undefined && isFinal) this.refused.add(`${channel} ${first.alertId}`);
    if (this.refused.size > REFUSED_MAX) this.refused.delete([...this.refused][0]!);
    this.changeOutbox(channel, givenUp);
  }

  private tellLate(nowMs: number): void {
    const before = this.book;
    this.turnTo(
      withLateNews(
        before,
        nowMs,
        (notice) => this.namesFor(notice),
        (channel, alertId) => this.refused.has(`${channel} ${alertId}`),
      ),
    );
    if (this.book !== before) this.isSaved = false;
  }

  private take(event: AlertEvent, nowMs: number): void {
    const before = this.book;
    this.turnTo(bookAfter(before, withoutSecrets(event), nowMs, (notice) => this.namesFor(notice)));
    const { state, recent } = this.book;
    const isChanged = state.alerts !== before.state.alerts || state.silences !== before.state.silences;
    if (isChanged || recent !== before.recent) this.isSaved = false;
  }

  private turnTo(book: AlertBook): void {
    for (const [name, { dropped }] of Object.entries(book.outboxes)) {
      // Fewer: the channel was told of them.
      const more = (dropped?.count ?? 0) - (this.outboxOf(name).dropped?.count ?? 0);
      if (more > 0) this.drops.set(name, this.dropsOf(name) + more);
    }
    this.book = book;
  }

  private namesFor(notice: Notice): readonly string[] {
    return this.channels.filter((channel) => channel.wants(notice)).map(({ name }) => name);
  }

  /** @returns the names of all that lies there and is in the book */
  private takeSpool(nowMs: number): readonly string[] {
    try {
      const files = readSpool(this.dataDir);
      const taken = new Set(this.book.taken);
      this.tellUnreadable(files.filter(({ isUnreadable }) => isUnreadable === true).length);
      for (const { name, event } of files) if (event !== undefined && !taken.has(name)) this.take(event, nowMs);
      const names = files.map(({ name }) => name);
      if (names.length > 0) this.book = { ...this.book, taken: names };
      return names;
    } catch (error) {
      this.fault(`The spool of alerts cannot be read (${(error as Error).message}).`);
      return [];
    }
  }

  private tellUnreadable(count: number): void {
    if (count === 0 || this.isUnreadableTold) return;
    this.isUnreadableTold = true;
    const files = count === 1 ? 'One file' : `${count} files`;
    this.tellFault(
      `${files} in the spool of alerts, ${spoolFolder(this.dataDir)}, cannot be read by this release: damaged, or left by a newer one. What they say is lost, and the others are taken in; further ones are not told of until the next start.`,
    );
  }

  private tidy(): void {
    try {
      tidySpool(this.dataDir);
    } catch (error) {
      this.fault(`The spool of alerts cannot be tidied (${(error as Error).message}).`);
    }
  }

  private forgetTaken(names: readonly string[]): void {
    if (names.length === 0) return;
    try {
      removeFromSpool(this.dataDir, names);
      // Written with the next change: names that are gone do no harm.
      this.book = { ...this.book, taken: [] };
    } catch (error) {
      this.fault(`The spool of alerts cannot be emptied (${(error as Error).message}).`);
    }
  }

  private save(): void {
    if (this.isSaved) return;
    try {
      saveBook(this.dataDir, this.book);
      this.isSaved = true;
      this.isFaultTold = false;
    } catch (error) {
      this.fault(
        `The book of alerts cannot be written (${(error as Error).message}): make room, or mend its permissions.`,
      );
    }
  }

  private fault(sentence: string): void {
    if (!this.isFaultTold) this.tellFault(sentence);
    this.isFaultTold = true;
  }
}
