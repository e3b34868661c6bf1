import { webhookUrlVariable } from '../../config/alert-variables';
import type { WebhookShape } from '../../config/alerts-schema';
import type { Notice } from '../../domain/alerts/alert';
import { redactDeep } from '../../secrets/known-secrets';
import type { Secret } from '../../secrets/secret';
import { MessageRefusedError } from '../alerts/channel';
import { busyError } from './busy';
import { messageOf, plainText, TEXT_LENGTH_MAX, type ChannelMessage, type NoticeOrigin } from './message';
import { askOutside, wordsOfAnswer } from './outward';
import { safeId } from './safe-id';
import type { TellingChannel } from './telling-channel';

/** What Discord takes, in UTF-16 code units. */
export const DISCORD_LENGTH_MAX = 2_000;
/** What Slack shows without cutting, counted as it is sent: escaped. */
export const SLACK_LENGTH_MAX = 4_000;

const NAME_OF: Readonly<Record<WebhookShape, string>> = {
  json: 'The webhook',
  slack: 'Slack',
  discord: 'Discord',
};

/** These three are all that Slack obeys in a plain text: with them a text could call everybody. */
function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The body of a request: pure. */
export function webhookBody(message: ChannelMessage, shape: WebhookShape): Readonly<Record<string, unknown>> {
  switch (shape) {
    case 'slack':
      return {
        // A name such as trading_engine keeps its underline.
        mrkdwn: false,
        // Cut by its length as it will be, and escaped whole: no escape is cut through.
        text: escapeForSlack(plainText(message, SLACK_LENGTH_MAX, (part) => escapeForSlack(part).length)),
      };
    case 'discord':
      // Nobody is called by a name that a text happens to hold.
      return { content: plainText(message, DISCORD_LENGTH_MAX), allowed_mentions: { parse: [] } };
    case 'json':
      return {
        ...message.fields,
        title: message.title,
        text: message.text,
        message: plainText(message, TEXT_LENGTH_MAX),
      };
  }
}

export interface WebhookOptions {
  /** Unique among the channels; absent: `webhook`. */
  readonly name?: string;
  /** A secret as a whole: whoever knows it can write there. */
  readonly url: Secret;
  /** The variable that it comes from, for messages; absent: that of a webhook of this name. */
  readonly variable?: string;
  readonly shape: WebhookShape;
  readonly origin: NoticeOrigin;
  readonly wants: (notice: Notice) => boolean;
}

/** Posts each message to one address. */
export class WebhookChannel implements TellingChannel {
  readonly name: string;

  constructor(private readonly options: WebhookOptions) {
    this.name = options.name ?? 'webhook';
  }

  private get variable(): string {
    return this.options.variable ?? webhookUrlVariable(this.name);
  }

  wants(notice: Notice): boolean {
    return this.options.wants(notice);
  }

  async send(notice: Notice, signal: AbortSignal): Promise<void> {
    await this.deliver(messageOf(notice, this.options.origin), signal);
  }

  /** @throws ChannelBusyError, MessageRefusedError, Error with the receiver's own words */
  async deliver(message: ChannelMessage, signal: AbortSignal): Promise<string> {
    const { url, shape } = this.options;
    const name = NAME_OF[shape];
    // Before it is cut and escaped: a part of a secret, or an escaped one, would be found no more.
    const json = webhookBody(redactDeep(message), shape);
    const { status, headers, body } = await askOutside(
      { address: url, name, json, headers: keyHeader(message) },
      signal,
    );
    const words = wordsOfAnswer(body);
    if (status >= 200 && status < 300) return [String(status), words].filter(Boolean).join(': ');
    if (status === 429) throw busyError(name, headers['retry-after'], retryAfterIn(body));
    const sentence = `${name} answered ${status}${words && `: ${words}`}${remedyFor(status, this.variable)}.`;
    throw status === 413 ? new MessageRefusedError(sentence) : new Error(sentence);
  }
}

/** The same for the same message alone, so that a receiver can leave out one that is sent again. */
function keyHeader({ alertId, number }: ChannelMessage): Readonly<Record<string, string>> {
  return { 'idempotency-key': `"${safeId(alertId)}.${number}"` };
}

function remedyFor(status: number, variable: string): string {
  if (status >= 300 && status < 400) return '; redirects are not followed: give the address that it leads to';
  return [401, 403, 404, 410].includes(status) ? `; check the address in ${variable}` : '';
}

/** Discord says it in the body, too, and more exactly. */
function retryAfterIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { retry_after?: unknown } | null)?.retry_after;
  } catch {
    return undefined;
  }
}
