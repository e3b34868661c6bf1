import { z } from 'zod';
import { countedDecimal, cursor, decimal, timeMs as instantMs } from '../fields';

/*
 * The parts of Bybit V5 answers about the account behind a key that are read. What trading depends on must be there; what only warns
 * may be missing.
 */

const WORD_CHARACTERS_MAX = 60;
const TEXT_CHARACTERS_MAX = 200;
/** Groups of rights, and rights of one group: Bybit has a dozen of each. */
const RIGHTS_MAX = 100;
/** Bybit allows some hundred addresses of one key. */
const ADDRESSES_MAX = 1_000;
/** One for each side. */
const POSITION_ROWS_MAX = 20;
/** Linear has some seven hundred. */
const FEE_ROWS_MAX = 5_000;
/** Bybit's largest page of the account's own instruments. */
export const OWN_INSTRUMENTS_MAX = 200;
const STATUS_ROWS_MAX = 500;
const TIME_MAX_MS = 9_999_999_999_999;

const word = z.string().max(WORD_CHARACTERS_MAX);
/** Bybit writes ids and flags as numbers in one answer and as text in another. */
const wordOrNumber = z.union([word, z.int()]).transform(String);
/** A number, or one written as a text. */
const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);
const timeMs = z.union([
  z.int().nonnegative().max(TIME_MAX_MS),
  z
    .string()
    .regex(/^\d{1,13}$/, 'a time in milliseconds')
    .transform(Number),
]);

function envelope<Result extends z.ZodType>(result: Result) {
  return z.object({ result });
}

const rights = z.array(word).max(RIGHTS_MAX).nullish();

/** GET /v5/user/query-api */
export const keyPayload = envelope(
  z.object({
    readOnly: z.union([z.literal(0), z.literal(1)]),
    // By groups: a right is looked for in each of them, whatever it is called.
    permissions: z.record(word, rights),
    ips: z.array(word).max(ADDRESSES_MAX).nullish(),
    /** Absent, empty or of 1970: the key does not end by itself. */
    expiredAt: word.nullish(),
    userID: wordOrNumber.refine((text) => text !== '', 'needed is an id'),
    isMaster: z.boolean().nullish(),
  }),
);
export type KeyPayload = z.infer<typeof keyPayload>;

/** GET /v5/account/info */
export const accountPayload = envelope(z.object({ marginMode: word, unifiedMarginStatus: z.int() }));
export type AccountPayload = z.infer<typeof accountPayload>;

/** GET /v5/account/user-setting-config */
export const habitsPayload = envelope(z.object({ lpaPerp: z.boolean().nullish(), fmsef: z.boolean().nullish() }));
export type HabitsPayload = z.infer<typeof habitsPayload>;

/** GET /v5/position/list with a symbol. 0: one-way mode; 1 and 2: the sides of hedge mode. */
export const positionModeRow = z.object({
  symbol: word,
  positionIdx: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  leverage: z.union([countedDecimal, z.literal('')]).nullish(),
  size: z.union([countedDecimal, z.literal('')]).nullish(),
  positionStatus: word.nullish(),
  isReduceOnly: z.boolean().nullish(),
});
export const positionModePayload = envelope(z.object({ list: z.array(z.unknown()).max(POSITION_ROWS_MAX) }));
export type PositionModePayload = z.infer<typeof positionModePayload>;

/** POST /v5/position/set-leverage answers with nothing. */
export const settingPayload = envelope(z.object({}));

/** GET /v5/account/fee-rate */
export const feeRow = z.object({ symbol: word, takerFeeRate: decimal, makerFeeRate: decimal });
export const feesPayload = envelope(z.object({ list: z.array(z.unknown()).max(FEE_ROWS_MAX) }));

/** GET /v5/account/instruments-info */
export const ownInstrumentsPayload = envelope(
  z.object({ list: z.array(z.unknown()).max(OWN_INSTRUMENTS_MAX), nextPageCursor: cursor }),
);

/** What cannot be read of whom a stop concerns excludes nobody. */
const concerned = z.array(wholeNumber).max(RIGHTS_MAX).nullish().catch(undefined);

/** GET /v5/system/status */
export const statusRow = z.object({
  title: z
    .string()
    .transform((text) => text.slice(0, TEXT_CHARACTERS_MAX))
    .catch('without a title'),
  state: word,
  begin: timeMs,
  // One that cannot be an instant, in seconds say, is an end that is not told, and none that has passed.
  end: instantMs.nullish().catch(undefined),
  serviceTypes: concerned,
  product: concerned,
  env: wholeNumber.nullish().catch(undefined),
});
export type StatusRow = z.infer<typeof statusRow>;
export const statusPayload = envelope(z.object({ list: z.array(z.unknown()).max(STATUS_ROWS_MAX) }));
