import { hostname } from 'node:os';
import { isTriggered } from '../../config/alert-triggers';
import type { AlertsConfig } from '../../config/alerts';
import type { Notice } from '../../domain/alerts/alert';
import type { NoticeOrigin } from './message';
import { SmtpChannel } from './smtp';
import { TelegramChannel } from './telegram';
import type { TellingChannel } from './telling-channel';
import { WebhookChannel } from './webhook';

/** Whose alerts they are: this machine's. @param environment paper, testnet, demo or live */
export function originOf(environment: string): NoticeOrigin {
  return { environment, host: hostname() };
}

/**
 * The channels that a file of alerts switches on, in the order of the file. Nothing is sent, and nobody is asked.
 *
 * @param origin stands in every message
 * @param tellFault is told of what a channel did in part only
 */
export function openChannels(
  { email, telegram, webhooks }: AlertsConfig,
  origin: NoticeOrigin,
  tellFault: (sentence: string) => void,
): readonly TellingChannel[] {
  const wants =
    (triggers: readonly string[]) =>
    (notice: Notice): boolean =>
      isTriggered(triggers, notice);
  return [
    ...(email === undefined ? [] : [new SmtpChannel({ ...email, origin, wants: wants(email.triggers), tellFault })]),
    ...(telegram === undefined ? [] : [new TelegramChannel({ ...telegram, origin, wants: wants(telegram.triggers) })]),
    ...webhooks.map((webhook) => new WebhookChannel({ ...webhook, origin, wants: wants(webhook.triggers) })),
  ];
}
