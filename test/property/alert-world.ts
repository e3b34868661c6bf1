import { ALERT_RULES, type AlertRule, type Notice } from '../../src/domain/alerts/alert';
import { bookAfter, emptyBook, withLateNews, withOutbox, type AlertBook } from '../../src/domain/alerts/book';
import { delivered, EMPTY_OUTBOX, nextToSend } from '../../src/domain/alerts/outbox';
import { GROUP_WINDOW_MS, INHIBITIONS, RULE_TERMS } from '../../src/domain/alerts/rules';
import { STEP_MAX_MS, type AlertEvent } from '../../src/domain/alerts/state';

export const CHANNEL = 'mail';
const START_MS = Date.UTC(2026, 0, 2);

/** Where a process dies on its way from an event to the receiver. */
export type Crash = 'before writing' | 'before sending' | 'before recording';

/** What happens, as the world does it. */
export type AlertOp =
  | { readonly kind: 'finding'; readonly rule: AlertRule; readonly subject: string; readonly holds: boolean }
  | { readonly kind: 'silence'; readonly rule: AlertRule; readonly lastsMs: number }
  | { readonly kind: 'unsilence'; readonly rule: AlertRule }
  | { readonly kind: 'tick' };

export interface AlertStepOp {
  readonly op: AlertOp;
  /** Of the machine's clock; negative: it was set back. */
  readonly passedMs: number;
  readonly crash?: Crash;
}

/** Which step of the drivers is left out or done wrongly, to see that the model finds it. */
export type Sabotage = 'send before writing' | 'forget at a crash' | undefined;

/** A book on a disk, a process that dies, and a receiver of messages. */
export class AlertDriver {
  private disk: AlertBook = emptyBook();
  private nowMs = START_MS;
  crashes = 0;
  readonly received: Notice[] = [];

  constructor(private readonly sabotage: Sabotage) {}

  get book(): AlertBook {
    return this.disk;
  }

  step({ op, passedMs, crash }: AlertStepOp): void {
    this.nowMs += passedMs;
    const event = this.eventOf(op);
    if (crash !== undefined) this.crashes += 1;
    const after = bookAfter(this.disk, event, this.nowMs, () => [CHANNEL]);
    if (this.sabotage === 'send before writing') this.sendAll(after, crash);
    // What was found lies in the spool until it is in the book, so that it is taken in again.
    const again = crash === 'before writing' && this.sabotage !== 'forget at a crash';
    if (crash === 'before writing' && !again) return;
    this.disk = again ? bookAfter(this.disk, event, this.nowMs, () => [CHANNEL]) : after;
    if (this.sabotage === 'send before writing') {
      this.disk = withOutbox(this.disk, CHANNEL, EMPTY_OUTBOX);
      return;
    }
    // Who heard of everything is told nothing late.
    this.disk = withLateNews(this.disk, this.nowMs, () => [CHANNEL]);
    if (crash !== 'before sending') this.sendAll(this.disk, crash);
  }

  /** Long enough for everything to end, without a crash. */
  settle(): void {
    for (let tick = 0; tick < 3; tick += 1) this.step({ op: { kind: 'tick' }, passedMs: 5_000 });
  }

  private sendAll(from: AlertBook, crash: Crash | undefined): void {
    let outbox = from.outboxes[CHANNEL] ?? EMPTY_OUTBOX;
    for (let next = nextToSend(outbox); next !== undefined; next = nextToSend(outbox)) {
      this.received.push(next);
      // The last thing that a process does.
      if (crash === 'before recording') return;
      outbox = delivered(outbox, outbox.dropped);
      this.disk = withOutbox(this.disk, CHANNEL, outbox);
    }
  }

  private eventOf(op: AlertOp): AlertEvent {
    const { nowMs } = this;
    switch (op.kind) {
      case 'finding':
        return { kind: 'finding', finding: { ...op, text: `${op.rule}.`, atMs: nowMs } };
      case 'silence':
        return {
          kind: 'silence',
          silence: { rule: op.rule, reason: 'test', who: 'test', untilMs: nowMs + op.lastsMs },
        };
      case 'unsilence':
        return { kind: 'unsilence', rule: op.rule };
      case 'tick':
        return { kind: 'tick' };
    }
  }
}

interface Episode {
  readonly rule: AlertRule;
  readonly subject: string;
  readonly heldAt: number;
  firedAt?: number;
  endedAt?: number;
  /** Something explained it, or might have, or it was silenced: then it need not be told. */
  isExcused: boolean;
  /** It has to be told. */
  isOwed: boolean;
}

/** How long an alert may wait for its explanation. */
function windowMs(rule: AlertRule): number {
  return INHIBITIONS.some(({ of, together }) => of.includes(rule) && !together) ? GROUP_WINDOW_MS : 0;
}

/**
 * What has to be told, by a model that knows no alerts: it watches when each condition held. It asks for less than is done,
 * and never for what need not be: a condition that held for `for`, that nothing may explain and nobody silenced meanwhile.
 */
export class AlertModel {
  private clock = 0;
  private readonly episodes: Episode[] = [];
  private readonly silencedUntil = new Map<AlertRule, number>();

  step({ op, passedMs }: AlertStepOp): void {
    this.clock += Math.min(Math.max(0, passedMs), STEP_MAX_MS);
    if (op.kind === 'silence') this.silencedUntil.set(op.rule, this.clock + op.lastsMs);
    if (op.kind === 'finding') this.take(op);
    this.weigh();
  }

  /** `rule subject`, of which there must be at least so many first messages. */
  owed(): ReadonlyMap<string, number> {
    const owed = new Map<string, number>();
    for (const { rule, subject, isOwed } of this.episodes) {
      const key = `${rule} ${subject}`;
      // While it flaps it is one alert, so that one message is all that can be asked for.
      if (isOwed) owed.set(key, 1);
    }
    return owed;
  }

  private take({ rule, subject, holds }: AlertOp & { readonly kind: 'finding' }): void {
    const open = this.episodes.find((one) => one.rule === rule && one.subject === subject && one.endedAt === undefined);
    if (holds && open === undefined) {
      this.episodes.push({ rule, subject, heldAt: this.clock, isExcused: false, isOwed: false });
    }
    if (!holds && open !== undefined && !RULE_TERMS[rule].happens) open.endedAt = this.clock;
  }

  private weigh(): void {
    for (const episode of this.episodes) {
      if (episode.endedAt !== undefined) continue;
      if (this.isExcused(episode)) episode.isExcused = true;
      if (this.clock - episode.heldAt >= RULE_TERMS[episode.rule].forMs) episode.firedAt ??= this.clock;
      if (episode.firedAt === undefined || this.clock - episode.firedAt < windowMs(episode.rule)) continue;
      if (!episode.isExcused) episode.isOwed = true;
      if (RULE_TERMS[episode.rule].happens) episode.endedAt = this.clock;
    }
  }

  private isExcused({ rule, subject }: Episode): boolean {
    if ((this.silencedUntil.get(rule) ?? -1) >= this.clock) return true;
    const roots = INHIBITIONS.filter(({ of }) => of.includes(rule)).map(({ by }) => by);
    return this.episodes.some((other) => {
      if (!roots.includes(other.rule)) return false;
      const goneMs = other.endedAt === undefined ? 0 : this.clock - other.endedAt;
      return goneMs <= RULE_TERMS[other.rule].keepMs && !(other.rule === rule && other.subject === subject);
    });
  }
}

export const RULES_TRIED: readonly AlertRule[] = ALERT_RULES;
