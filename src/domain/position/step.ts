import { cutText } from '../plain-values';
import {
  EVENT_BYTES_MAX,
  EVENTS_MAX,
  WORDS_BYTES_MAX,
  type CommandReply,
  type ExitRound,
  type PositionBook,
  type PositionEvent,
} from './book';
import type { ProtectionChange } from './types';

/** What is to be done about a position, and what comes back as an event. */
export type PositionEffect =
  /** Answered by `protectionAnswered`. */
  | { readonly kind: 'setProtection'; readonly call: number; readonly change: ProtectionChange }
  /** Answered by `exitStarted`, then by `exitEnded`. */
  | { readonly kind: 'startExit'; readonly round: ExitRound }
  /** Entries of the symbol that rest would open it again. Answered by `entriesCancelled`. */
  | { readonly kind: 'cancelEntries'; readonly words: string }
  /** Answered by `seen` or `questionFailed`. */
  | { readonly kind: 'askVenue' }
  /** Answered by `booked`, unless the position turns out not to be flat. */
  | { readonly kind: 'book'; readonly booking: number }
  /** For a person. */
  | { readonly kind: 'alert'; readonly text: string };

/** One step of the reducer while it is made: the book as it becomes, and what follows. */
export class Step {
  readonly effects: PositionEffect[] = [];
  reply: CommandReply | undefined;

  constructor(
    public book: PositionBook,
    readonly nowMs: number,
  ) {}

  set(changes: Partial<PositionBook>): void {
    this.book = { ...this.book, ...changes };
  }

  do(effect: PositionEffect): void {
    this.effects.push(effect);
  }

  /** A line of the timeline. */
  note(text: string): void {
    const entry: PositionEvent = { atMs: this.nowMs, text: cutText(text, EVENT_BYTES_MAX) };
    const { timeline } = this.book;
    const isFull = timeline.length >= EVENTS_MAX;
    // How it began stays.
    const kept = isFull ? [...timeline.slice(0, 1), ...timeline.slice(timeline.length - EVENTS_MAX + 2)] : timeline;
    this.set({ timeline: [...kept, entry] });
  }

  alert(text: string): void {
    this.note(text);
    this.do({ kind: 'alert', text: `${this.book.terms.symbol}: ${text}` });
  }

  /** @param about what a person is told once, until it is `settled` */
  alertOnce(about: string, text: string): void {
    if (this.book.told.includes(about)) return;
    this.set({ told: [...this.book.told, about] });
    this.alert(text);
  }

  settled(about: string): void {
    if (this.book.told.includes(about)) this.set({ told: this.book.told.filter((one) => one !== about) });
  }
}

/** Words of others, as long as they may be kept. Takes any value. */
export function keptWords(words: unknown): string {
  return cutText(typeof words === 'string' ? words : '', WORDS_BYTES_MAX);
}
