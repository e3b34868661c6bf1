import type { Registry } from 'prom-client';
import { ALERT_RULES } from '../src/domain/alerts/alert';
import { RULE_TERMS } from '../src/domain/alerts/rules';
import type { AlertChannel } from '../src/observability/alerts/channel';
import type { AlertDesk } from '../src/observability/alerts/desk';
import type { PingResult } from '../src/observability/channels/heartbeat-ping';
import { counterFrom, counterOf, gaugeFrom, gaugeOf } from '../src/observability/metrics/define-metric';

const PING_RESULTS: readonly PingResult[] = ['sent', 'failed', 'held_back'];

/** What becomes of messages to people, counted by the process that keeps the desk of alerts. */
export class AlertMetrics {
  private readonly sent = new Map<string, number>();
  private readonly failed = new Map<string, number>();

  constructor(private readonly registry: Registry) {}

  /** The same channel, whose attempts are counted. */
  counted(channel: AlertChannel): AlertChannel {
    const { name } = channel;
    return {
      name,
      wants: (notice) => channel.wants(notice),
      send: async (notice, signal) => {
        try {
          await channel.send(notice, signal);
        } catch (error) {
          this.failed.set(name, (this.failed.get(name) ?? 0) + 1);
          throw error;
        }
        this.sent.set(name, (this.sent.get(name) ?? 0) + 1);
      },
    };
  }

  /**
   * Tells from now on what a desk knows.
   *
   * @param channels names of those that are switched on: each counts from zero
   */
  follow(keeper: AlertDesk['keeper'], channels: readonly string[]): void {
    gaugeFrom(this.registry, 'oncefill_alerts_firing', (gauge) => {
      for (const rule of ALERT_RULES) gauge.set({ rule, severity: RULE_TERMS[rule].severity }, 0);
      for (const { rule, firedAt } of keeper.state.alerts) {
        if (firedAt !== undefined) gauge.inc({ rule, severity: RULE_TERMS[rule].severity });
      }
    });
    gaugeFrom(this.registry, 'oncefill_outbox_messages', (gauge) => {
      for (const channel of channels) gauge.set({ channel }, keeper.outboxOf(channel).waiting.length);
    });
    counterFrom(this.registry, 'oncefill_notifications_total', (counter) => {
      for (const channel of channels) {
        counter.inc({ channel, result: 'sent' }, this.sent.get(channel) ?? 0);
        counter.inc({ channel, result: 'failed' }, this.failed.get(channel) ?? 0);
        counter.inc({ channel, result: 'dropped' }, keeper.dropsOf(channel));
      }
    });
  }

  /** @returns counts a ping; until the first one is sent nobody says when that was */
  pings(): (result: PingResult) => void {
    const counter = counterOf(this.registry, 'oncefill_heartbeat_pings_total');
    for (const result of PING_RESULTS) counter.inc({ result }, 0);
    // Made with its first value: without one it would say 1970.
    const isSent = (): void =>
      gaugeOf(this.registry, 'oncefill_heartbeat_ping_success_timestamp_seconds').set(Date.now() / 1_000);
    return (result) => {
      counter.inc({ result });
      if (result === 'sent') isSent();
    };
  }
}
