import { z } from 'zod';
import {
  REVOKE_REASON_LENGTH_MAX,
  TOKEN_NAME,
  TOKEN_SCOPES,
  TOKENS_ACTIVE_MAX,
  TOKENS_ENDED_MAX,
  type TokenRecord,
} from './tokens';

const timeMs = z.int().min(0);

const tokenRecord = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{8}$/),
  name: z.string().regex(TOKEN_NAME),
  scope: z.enum(TOKEN_SCOPES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAtMs: timeMs,
  expiresAtMs: timeMs.optional(),
  revokedAtMs: timeMs.optional(),
  revokedReason: z.string().max(REVOKE_REASON_LENGTH_MAX).optional(),
});

const tokenFile = z.strictObject({
  version: z.literal(1),
  tokens: z.array(tokenRecord).max(TOKENS_ACTIVE_MAX + TOKENS_ENDED_MAX),
});

export function serializeTokens(tokens: readonly TokenRecord[]): string {
  return `${JSON.stringify({ version: 1, tokens }, undefined, 2)}\n`;
}

function repeats(values: readonly string[]): boolean {
  return new Set(values).size < values.length;
}

/** @returns undefined for anything that `serializeTokens` would not have written */
export function parseTokens(text: string): readonly TokenRecord[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = tokenFile.safeParse(value).data?.tokens;
  if (!tokens || repeats(tokens.map(({ id }) => id)) || repeats(tokens.map(({ sha256 }) => sha256))) return undefined;
  return tokens;
}
