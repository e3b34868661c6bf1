import { isIP } from 'node:net';
import { z } from 'zod';
import { TRIGGERS } from './alert-triggers';
import { faultOfListenHost } from './address-text';
import { faultOfOutwardUrl } from './alert-urls';

/*
 * What config/alerts.yaml may hold. A type says what is allowed by `describe`: messages are made from that.
 */

/** Whom one mail may go to. */
const RECIPIENTS_MAX = 10;
export const WEBHOOKS_MAX = 8;
/** What a receiver understands: our own JSON, Slack's or Discord's. */
export const WEBHOOK_SHAPES = ['json', 'slack', 'discord'] as const;
export type WebhookShape = (typeof WEBHOOK_SHAPES)[number];

/** How often the dead man's switch is pinged, seconds. */
const PING_SECONDS_MIN = 10;
const PING_SECONDS_MAX = 3_600;
const PING_SECONDS_DEFAULT = 60;
/** Of submission with STARTTLS (RFC 6409). */
const SMTP_PORT_DEFAULT = 587;
const TELEGRAM_API = 'https://api.telegram.org';

const ADDRESS_CHARACTERS_MAX = 254;
const MAIL_ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?<domain>[A-Za-z0-9.-]+)$/;

function isMailAddress(text: string): boolean {
  const domain = MAIL_ADDRESS.exec(text)?.groups?.domain;
  return text.length <= ADDRESS_CHARACTERS_MAX && domain !== undefined && isHost(domain);
}

function isHost(text: string): boolean {
  return faultOfListenHost(text) === undefined && !text.startsWith('[');
}

const enabled = z.boolean().default(false).describe('true or false');
const triggers = z
  .array(z.enum(TRIGGERS as [string, ...string[]]).describe(TRIGGERS.join(', ')))
  .min(1)
  .max(TRIGGERS.length)
  .default(['all'])
  .describe(`a list of at least one of ${TRIGGERS.join(', ')}`);
const mailAddress = z.string().refine(isMailAddress).describe('an address alone, such as anna@example.com');

const email = z.strictObject({
  enabled,
  smtp_server: z
    .string()
    .refine((text) => isIP(text) !== 0 || isHost(text))
    .describe('the name or the IP address of a mail server, such as smtp.example.com, without a port')
    .optional(),
  smtp_port: z.int().min(1).max(65_535).default(SMTP_PORT_DEFAULT).describe('a whole number from 1 to 65535'),
  tls: z.enum(['required', 'off']).describe('required, off').optional(),
  ca_file: z.string().min(1).describe('the name of a file with certificates in PEM').optional(),
  user: z
    .string()
    .regex(/^[\x20-\x7e]{1,256}$/)
    .describe('the name that the mail server knows you by')
    .optional(),
  from_email: mailAddress.optional(),
  to_emails: z
    .array(mailAddress)
    .min(1)
    .max(RECIPIENTS_MAX)
    .describe(`a list of 1 to ${RECIPIENTS_MAX} addresses, such as [anna@example.com]`)
    .optional(),
  triggers,
});

const telegram = z.strictObject({
  enabled,
  chat_id: z
    .union([z.int(), z.string().regex(/^(?:-?\d{1,20}|@[A-Za-z]\w{3,63})$/)])
    .describe('the number of a chat, such as -1001234567890, or the @name of a public channel')
    .optional(),
  api_url: z
    .string()
    .refine((text) => faultOfOutwardUrl(text) === undefined && new URL(text).search === '')
    .default(TELEGRAM_API)
    .describe(`an address such as ${TELEGRAM_API}; http for this machine only`),
  triggers,
});

const webhook = z.strictObject({
  enabled,
  shape: z.enum(WEBHOOK_SHAPES).default('json').describe(WEBHOOK_SHAPES.join(', ')),
  triggers,
});

const heartbeat = z.strictObject({
  enabled,
  every_seconds: z
    .int()
    .min(PING_SECONDS_MIN)
    .max(PING_SECONDS_MAX)
    .default(PING_SECONDS_DEFAULT)
    .describe(`a whole number from ${PING_SECONDS_MIN} to ${PING_SECONDS_MAX}`),
  method: z.enum(['GET', 'POST']).default('GET').describe('GET, POST'),
});

const webhookName = z.string().regex(/^(?!(?:email|telegram|heartbeat)$)[a-z][a-z0-9-]{0,29}$/);
export const WEBHOOK_NAME_FORM =
  'a name of at most 30 lower-case letters, digits and hyphens, other than email, telegram and heartbeat';

export const alertsSchema = z.strictObject({
  email: email.prefault({}),
  telegram: telegram.prefault({}),
  webhooks: z
    .record(webhookName, webhook)
    .refine((all) => Object.keys(all).length <= WEBHOOKS_MAX)
    .describe(`a map of at most ${WEBHOOKS_MAX} webhooks by names of your choice`)
    .prefault({}),
  heartbeat: heartbeat.prefault({}),
});

export type AlertsFile = z.infer<typeof alertsSchema>;

/** What may stand at a path, for messages: a type's description, or the keys of a map. */
export function describeAllowedAlerts(path: readonly PropertyKey[]): string {
  let type: unknown = alertsSchema;
  for (const key of path) type = childOf(type, key);
  const description = describedBy(type);
  const keys = knownAlertKeys(path);
  return description ?? (keys.length > 0 ? `a map with ${keys.join(', ')}` : 'another value');
}

/** The keys that may stand in the map at a path. */
export function knownAlertKeys(path: readonly PropertyKey[]): readonly string[] {
  let type: unknown = alertsSchema;
  for (const key of path) type = childOf(type, key);
  const map = innermost(type);
  return map instanceof z.ZodObject ? Object.keys(map.shape) : [];
}

function childOf(type: unknown, key: PropertyKey): unknown {
  const inner = innermost(type);
  if (inner instanceof z.ZodObject) return (inner.shape as Readonly<Record<PropertyKey, unknown>>)[key];
  if (inner instanceof z.ZodRecord) return inner.valueType;
  return inner instanceof z.ZodArray ? inner.element : undefined;
}

/** By the type itself, or by what it wraps. */
function describedBy(type: unknown): string | undefined {
  const { description } = type as { readonly description?: string };
  const inner = innermost(type) as { readonly description?: string };
  return description ?? inner.description;
}

function innermost(type: unknown): unknown {
  const isWrapped = type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault;
  return isWrapped ? innermost(type.unwrap()) : type;
}
