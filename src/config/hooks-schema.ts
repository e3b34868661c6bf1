import { z } from 'zod';
import { BODY_PATH_FORM, faultOfBodyPath } from '../domain/hooks/body-path';
import {
  DIRECTION_MEANINGS,
  DIRECTION_WORDS,
  POSITION_FIELDS,
  REVERSAL_MEANINGS,
  SIGNAL_FIELDS,
  TIMESTAMP_MEANINGS,
} from '../domain/hooks/source';

/** Each is a budget, a row of metrics and a variable. */
const SOURCES_MAX = 50;
const SYMBOLS_MAX = 500;
const WORDS_MAX = 50;
/** Minutes of a week. */
const BAR_MINUTES_MAX = 10_080;

const bodyPath = z
  .string()
  .superRefine((text, context) => {
    const fault = faultOfBodyPath(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', params: { fault } });
  })
  .describe(BODY_PATH_FORM);

const constant = z.string().min(1).max(64).describe('text of 1 to 64 characters, numbers in quotes');
const HOOK_FIELDS = [...SIGNAL_FIELDS, ...POSITION_FIELDS] as const;
/** One optional setting for each name. */
function each<Name extends string, Type extends z.ZodType>(names: readonly Name[], type: Type) {
  const entries = names.map((name) => [name, type.optional()] as const);
  return z.strictObject(Object.fromEntries(entries) as Record<Name, z.ZodOptional<Type>>);
}

const symbolName = /^[A-Z0-9]{2,30}$/;
const affix = z
  .string()
  .min(1)
  .max(30)
  .regex(/^\S+$/)
  .describe('text of 1 to 30 characters without blanks, such as "BYBIT:" or ".P"');

const source = z.strictObject({
  /** Who may send: who knows the secret that a field of the body holds; who signs with it; anybody on this machine. */
  authentication: z.enum(['body', 'signature', 'noneOnLoopback']).default('body'),
  /** Where the body holds the secret. */
  secretField: bodyPath.default('/secret'),
  /** JSON, or `key=value` pairs. */
  body: z.enum(['json', 'pairs']).default('json'),
  perMinute: z.int().min(1).max(6_000).default(60),
  fields: each(HOOK_FIELDS, bodyPath).default({} as never),
  constants: each(SIGNAL_FIELDS, constant).default({} as never),
  optional: z.array(z.enum(HOOK_FIELDS)).min(0).max(HOOK_FIELDS.length).default([]),
  symbols: z
    .record(z.string().min(1).max(60), z.string().regex(symbolName))
    .refine((symbols) => Object.keys(symbols).length <= SYMBOLS_MAX)
    .describe(`a map of at most ${SYMBOLS_MAX} symbols, theirs to ours, such as { "XBTUSD": BTCUSDT }`)
    .default({}),
  stripPrefixes: z.array(affix).min(0).max(20).default([]),
  stripSuffixes: z.array(affix).min(0).max(20).default([]),
  directionWords: z
    .record(z.string().regex(/^[^\p{Lu}]{1,30}$/u), z.enum(DIRECTION_MEANINGS))
    .refine((words) => Object.keys(words).length <= WORDS_MAX)
    .describe(`a map of at most ${WORDS_MAX} words in lower case to ${DIRECTION_MEANINGS.join(', ')}`)
    .default({ ...DIRECTION_WORDS }),
  strategyPrefix: z
    .string()
    .min(0)
    .max(32)
    .regex(/^(?!\s)\P{C}*$/u)
    .describe('text of 0 to 32 characters')
    .default(''),
  onReversal: z.enum(REVERSAL_MEANINGS).default('entry'),
  timestampIs: z.enum(TIMESTAMP_MEANINGS).default('fired'),
  /** Of `barOpen`: how long a bar is. */
  barMinutes: z.int().min(1).max(BAR_MINUTES_MAX).optional(),
  /** Whether it may send the same alert again. */
  senderRepeats: z.boolean().default(true),
});

export const hooks = z.strictObject({
  enabled: z.boolean(),
  port: z.int().min(1).max(65_535),
  /** Names, with or without a port, that a request's Host header may also have. */
  allowedHosts: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9.-]{1,253}(:\d{1,5})?$/i)
        .describe('a host name, with or without a port, such as hooks.example'),
    )
    .min(0)
    .max(16),
  bodyLimitBytes: z.int().min(256).max(262_144),
  /** An alert that is not taken by then is told to come again; senders wait for three seconds. */
  answerWithinMs: z.int().min(100).max(2_800),
  sources: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,30}$/)
        .describe('a name of lower-case letters, digits and hyphens, such as tradingview'),
      source,
    )
    .refine((sources) => Object.keys(sources).length <= SOURCES_MAX)
    .describe(`at most ${SOURCES_MAX} sources by names of lower-case letters, digits and hyphens`),
});

export type HookSource = z.infer<typeof source>;
