import type { Notice } from '../../domain/alerts/alert';
import { redactDeep } from '../../secrets/known-secrets';
import { Secret } from '../../secrets/secret';
import { MessageRefusedError } from '../alerts/channel';
import { busyError } from './busy';
import { messageOf, plainText, type ChannelMessage, type NoticeOrigin } from './message';
import { askOutside, wordsOfAnswer } from './outward';
import type { TellingChannel } from './telling-channel';

/** The longest message that Telegram takes, in UTF-16 code units. */
export const TELEGRAM_LENGTH_MAX = 4_096;
/** What it says to a message that it will never take. */
const NEVER_TAKEN = /message is too long|message text is empty|must be encoded in UTF-8/i;

export interface TelegramOptions {
  /** Where the Bot API is, without a slash at its end. */
  readonly apiUrl: string;
  readonly token: Secret;
  /** A number, or `@name` of a channel. */
  readonly chatId: string;
  readonly origin: NoticeOrigin;
  readonly wants: (notice: Notice) => boolean;
}

/** What the Bot API answers; of strangers, so that every field may be anything. */
interface TelegramAnswer {
  readonly description?: unknown;
  readonly result?: { readonly message_id?: unknown } | null;
  readonly parameters?: { readonly retry_after?: unknown } | null;
}

/** Messages of a bot to one chat. */
export class TelegramChannel implements TellingChannel {
  readonly name = 'telegram';

  constructor(private readonly options: TelegramOptions) {}

  wants(notice: Notice): boolean {
    return this.options.wants(notice);
  }

  async send(notice: Notice, signal: AbortSignal): Promise<void> {
    await this.deliver(messageOf(notice, this.options.origin), signal);
  }

  /** @throws ChannelBusyError, MessageRefusedError, Error with Telegram's own words */
  async deliver(message: ChannelMessage, signal: AbortSignal): Promise<string> {
    const { apiUrl, token, chatId } = this.options;
    const { status, body } = await askOutside(
      {
        // As a secret of its own: the token is part of it.
        address: new Secret(`${apiUrl}/bot${token.reveal()}/sendMessage`),
        name: 'Telegram',
        json: {
          chat_id: chatId,
          // No parse_mode: a stray underline would otherwise cost the alert.
          text: plainText(redactDeep(message), TELEGRAM_LENGTH_MAX),
          link_preview_options: { is_disabled: true },
        },
      },
      signal,
    );
    const answer = readAnswer(body);
    if (status === 200) return messageNumber(answer);
    if (status === 429) throw busyError('Telegram', answer.parameters?.retry_after);
    const words = wordsOfAnswer(typeof answer.description === 'string' ? answer.description : 'no reason given');
    const sentence = `Telegram answered ${status}: ${words}${remedyFor(status)}.`;
    throw NEVER_TAKEN.test(words) ? new MessageRefusedError(sentence) : new Error(sentence);
  }
}

function remedyFor(status: number): string {
  if (status === 401 || status === 404) return '; check TELEGRAM_BOT_TOKEN';
  if (status === 400 || status === 403) return '; check telegram.chat_id, and that the bot was added to the chat';
  return '';
}

function messageNumber({ result }: TelegramAnswer): string {
  return typeof result?.message_id === 'number' ? `message ${result.message_id}` : 'taken';
}

function readAnswer(body: string): TelegramAnswer {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
