import { FILE_SUFFIX } from '../venues/credential-variables';

/** Names the file of alert channels, in place of the program's own config/alerts.yaml. */
export const ALERTS_FILE_VARIABLE = 'ONCEFILL_ALERTS';

/** The user and the password that a mail server asks for. */
export const SMTP_USER_VARIABLE = 'SMTP_USER';
export const SMTP_PASSWORD_VARIABLE = 'SMTP_PASSWORD';
/** What BotFather gave: who has it speaks as the bot. */
export const TELEGRAM_TOKEN_VARIABLE = 'TELEGRAM_BOT_TOKEN';
/** Where the dead man's switch is pinged: who has it can keep the switch quiet. */
export const HEARTBEAT_URL_VARIABLE = 'ALERT_HEARTBEAT_URL';

/** The address of a webhook, a secret as a whole: `ops-room` reads `ALERT_WEBHOOK_OPS_ROOM_URL`. */
export function webhookUrlVariable(name: string): string {
  return `ALERT_WEBHOOK_${name.toUpperCase().replaceAll('-', '_')}_URL`;
}

const FIXED: readonly string[] = [
  SMTP_USER_VARIABLE,
  SMTP_PASSWORD_VARIABLE,
  TELEGRAM_TOKEN_VARIABLE,
  HEARTBEAT_URL_VARIABLE,
];
const WEBHOOK_URL = /^ALERT_WEBHOOK_[A-Z][A-Z0-9_]{0,30}_URL$/;

/** Whether a variable says how an alert channel is reached, or names a file that does. */
export function isAlertVariable(name: string): boolean {
  const value = name.endsWith(FILE_SUFFIX) ? name.slice(0, -FILE_SUFFIX.length) : name;
  return FIXED.includes(value) || WEBHOOK_URL.test(value);
}

/**
 * What must not be seen of a variable's value; empty for a variable that is none of ours or no secret. Of an address also the parts
 * that open it: answers and errors quote paths.
 */
export function alertSecrets(name: string, value: string): readonly string[] {
  if (name === SMTP_PASSWORD_VARIABLE) return [value];
  if (name === TELEGRAM_TOKEN_VARIABLE) return [value, ...value.split(':').filter(isLong)];
  if (name === HEARTBEAT_URL_VARIABLE || WEBHOOK_URL.test(name)) return urlSecrets(value);
  return [];
}

/** Shorter parts of an address are words, and blotting them out would eat every text. */
const SECRET_PART_MIN = 16;

function isLong(text: string): boolean {
  return text.length >= SECRET_PART_MIN;
}

/** An address as it is written and as it is sent, and what is in it that nobody guesses. */
function urlSecrets(address: string): readonly string[] {
  if (!URL.canParse(address.trim())) return [address];
  const url = new URL(address.trim());
  const parts = [...url.pathname.split('/'), ...url.searchParams.values(), url.password, url.search];
  return [...new Set([address, url.href, `${url.pathname}${url.search}`, ...parts])].filter(
    (text) => text === address || isLong(text),
  );
}
