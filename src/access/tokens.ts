import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a token allows: `read` looks, `trade` also sends and settles signals. */
export const TOKEN_SCOPES = ['read', 'trade'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** So that programs which look for leaked secrets know one when they see it. */
const TOKEN_PREFIX = 'oncefill_';
const SECRET_BYTES = 32;
/** A token as it is shown, for whoever blots it out of a text. */
export const TOKEN_TEXT = /oncefill_[0-9a-f]{64}/g;
const WHOLE_TOKEN = /^oncefill_[0-9a-f]{64}$/;
const ID_BYTES = 4;

/** Tokens that are good at one time: one for each program, and some in exchange for others. */
export const TOKENS_ACTIVE_MAX = 32;
/** Expired and revoked ones that are remembered; the oldest is forgotten first. */
export const TOKENS_ENDED_MAX = 96;
export const TOKEN_NAME_BYTES_MAX = 64;
export const TOKEN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const REVOKE_REASON_LENGTH_MAX = 500;
export const TOKEN_DAYS_MAX = 3_650;

/** What is kept of a token: everything but the token. Times in milliseconds UTC. */
export interface TokenRecord {
  /** 8 hexadecimal digits, for people and logs. */
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  /** Of the whole token, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly createdAtMs: number;
  /** From then on it is refused; absent: it does not expire. */
  readonly expiresAtMs?: number;
  readonly revokedAtMs?: number;
  readonly revokedReason?: string;
}

export type TokenState = 'active' | 'expired' | 'revoked';

/** The wish makes no sense. The message says what to do. */
export class TokenError extends Error {
  override readonly name = 'TokenError';

  constructor(
    readonly code: 'NAME' | 'NAME_TAKEN' | 'ID_TAKEN' | 'TOO_MANY' | 'UNKNOWN' | 'ENDED' | 'REASON',
    message: string,
  ) {
    super(message);
  }
}

/** A plain hash is right here: 256 random bits cannot be guessed from it, as a password of a person's could. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function tokenState({ revokedAtMs, expiresAtMs }: TokenRecord, nowMs: number): TokenState {
  if (revokedAtMs !== undefined) return 'revoked';
  return expiresAtMs !== undefined && nowMs >= expiresAtMs ? 'expired' : 'active';
}

/** Whether a token of this scope may do what needs the other one. */
export function includesScope(held: TokenScope, needed: TokenScope): boolean {
  return held === 'trade' || held === needed;
}

export interface TokenWish {
  readonly name: string;
  readonly scope: TokenScope;
  readonly nowMs: number;
  readonly expiresAtMs?: number;
}

/**
 * Makes a token of 256 random bits.
 *
 * @returns the token, which is shown once and kept nowhere, and what is kept of it
 * @throws TokenError for a name that is none
 */
export function makeToken({ name, scope, nowMs, expiresAtMs }: TokenWish): {
  readonly token: string;
  readonly record: TokenRecord;
} {
  if (!TOKEN_NAME.test(name)) {
    const message = `The name has to be 1 to ${TOKEN_NAME_BYTES_MAX} letters, digits, dots, hyphens and underscores, such as my-bot.`;
    throw new TokenError('NAME', message);
  }
  const token = `${TOKEN_PREFIX}${randomBytes(SECRET_BYTES).toString('hex')}`;
  const id = randomBytes(ID_BYTES).toString('hex');
  const sha256 = hashOf(token).toString('hex');
  return {
    token,
    record: { id, name, scope, sha256, createdAtMs: nowMs, expiresAtMs },
  };
}

/** All that are active, and the latest of the others. */
function forgetOldest(tokens: readonly TokenRecord[], nowMs: number): readonly TokenRecord[] {
  const ended = tokens.filter((token) => tokenState(token, nowMs) !== 'active');
  const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - TOKENS_ENDED_MAX)));
  return tokens.filter((token) => !forgotten.has(token));
}

/** @throws TokenError when the name is in use, the identifier is known, or there are too many */
export function addToken(tokens: readonly TokenRecord[], added: TokenRecord, nowMs: number): readonly TokenRecord[] {
  const active = tokens.filter((token) => tokenState(token, nowMs) === 'active');
  if (active.some(({ name }) => name === added.name)) {
    const message = `An active token is named "${added.name}" already: give this one another name, or revoke that one first.`;
    throw new TokenError('NAME_TAKEN', message);
  }
  if (active.length >= TOKENS_ACTIVE_MAX) {
    throw new TokenError('TOO_MANY', `There are ${active.length} active tokens already: revoke one first.`);
  }
  // Two identifiers of four random bytes may meet; the log would then not tell the tokens apart.
  if (tokens.some(({ id }) => id === added.id)) {
    throw new TokenError('ID_TAKEN', `The identifier ${added.id} is in use already: repeat the command.`);
  }
  return forgetOldest([...tokens, added], nowMs);
}

/** @throws TokenError when no such token is active, or the reason is no sentence */
export function revokeToken(
  tokens: readonly TokenRecord[],
  { id, reason, nowMs }: { readonly id: string; readonly reason: string; readonly nowMs: number },
): readonly TokenRecord[] {
  if (reason.trim() === '' || reason.length > REVOKE_REASON_LENGTH_MAX) {
    throw new TokenError('REASON', `The reason has to be 1 to ${REVOKE_REASON_LENGTH_MAX} characters.`);
  }
  const revoked = tokens.find((token) => token.id === id);
  if (!revoked) throw new TokenError('UNKNOWN', `No token ${id} is known: "oncefill token list" shows them.`);
  if (revoked.revokedAtMs !== undefined) throw new TokenError('ENDED', `The token ${id} was revoked before.`);
  const change = { ...revoked, revokedAtMs: nowMs, revokedReason: reason };
  return tokens.map((token) => (token === revoked ? change : token));
}

/** What became of a token that somebody showed. */
export type TokenMatch =
  { readonly kind: 'active' | 'expired' | 'revoked'; readonly token: TokenRecord } | { readonly kind: 'unknown' };

/**
 * Finds the token that somebody shows. All are compared, each in constant time: how long it takes says nothing of how near a
 * guess was, or of where in the list a token stands.
 */
export function matchToken(tokens: readonly TokenRecord[], shown: string, nowMs: number): TokenMatch {
  if (!WHOLE_TOKEN.test(shown)) return { kind: 'unknown' };
  const hash = hashOf(shown);
  let found: TokenRecord | undefined;
  for (const token of tokens) {
    if (timingSafeEqual(Buffer.from(token.sha256, 'hex'), hash)) found = token;
  }
  return found ? { kind: tokenState(found, nowMs), token: found } : { kind: 'unknown' };
}

/** The token in an `Authorization` header. @returns undefined when it holds none */
export function bearerToken(header: string): string | undefined {
  return /^bearer +([\w.~+/=-]{1,256}) *$/i.exec(header)?.[1];
}
