import type { AlertRule, Finding, Notice } from '../../../../src/domain/alerts/alert';
import { reduceAlerts } from '../../../../src/domain/alerts/reduce';
import { emptyAlerts, type AlertEvent, type AlertState } from '../../../../src/domain/alerts/state';

export const START_MS = Date.UTC(2026, 0, 2);

/** A state, a clock, and all that was told. */
export class AlertWorld {
  state: AlertState = emptyAlerts();
  nowMs = START_MS;
  readonly notices: Notice[] = [];

  send(event: AlertEvent): readonly Notice[] {
    const step = reduceAlerts(this.state, event, this.nowMs);
    this.state = step.state;
    this.notices.push(...step.notices);
    return step.notices;
  }

  find(
    rule: AlertRule,
    subject: string,
    holds = true,
    text = `${rule} of ${subject}.`,
    isFact = false,
  ): readonly Notice[] {
    const finding: Finding = { rule, subject, holds, text, atMs: this.nowMs, ...(isFact && { isFact }) };
    return this.send({ kind: 'finding', finding });
  }

  /** Lets time pass in ticks of five seconds. */
  pass(spanMs: number): readonly Notice[] {
    const before = this.notices.length;
    for (let leftMs = spanMs; leftMs > 0; leftMs -= 5_000) {
      this.nowMs += Math.min(leftMs, 5_000);
      this.send({ kind: 'tick' });
    }
    return this.notices.slice(before);
  }

  /** `kind rule subject number`, of all messages. */
  get told(): readonly string[] {
    return this.notices.map(({ kind, rule, subject, number }) => `${kind} ${rule} ${subject} ${number}`);
  }
}
