/** API tokens: whatever is shown and whatever stands in the file, only a token that was made and is active lets somebody in. */
import * as fc from 'fast-check';
import { parseTokens, serializeTokens } from '../../src/access/token-record';
import {
  bearerToken,
  makeToken,
  matchToken,
  TOKENS_ACTIVE_MAX,
  tokenState,
  type TokenRecord,
} from '../../src/access/tokens';
import { RUNS } from './scale';

const NOW_MS = 1_800_000_000_000;

const made = Array.from({ length: 4 }, (_, index) => makeToken({ name: `t${index}`, scope: 'trade', nowMs: 0 }));

const records = fc.tuple(
  ...made.map(({ record }) =>
    fc
      .record({
        expiresAtMs: fc.option(fc.constantFrom(NOW_MS - 1, NOW_MS, NOW_MS + 1), { nil: undefined }),
        revokedAtMs: fc.option(fc.constant(NOW_MS), { nil: undefined }),
      })
      .map((change): TokenRecord => ({ ...record, ...change })),
  ),
);

/** Headers near a good one, and anything else. */
const headers = fc.oneof(
  fc.string(),
  fc.string().map((text) => `Bearer ${text}`),
  fc.constantFrom(...made.map(({ token }) => `Bearer ${token}`)),
  fc
    .tuple(fc.constantFrom(...made.map(({ token }) => token)), fc.nat(72), fc.string({ maxLength: 2 }))
    .map(([token, at, text]) => `Bearer ${token.slice(0, at)}${text}${token.slice(at + text.length)}`),
);

test('a header lets in exactly who shows a whole token that is active', () => {
  fc.assert(
    fc.property(records, headers, (tokens, header) => {
      const shown = bearerToken(header) ?? '';
      const index = made.findIndex(({ token }) => token === shown);
      const match = matchToken(tokens, shown, NOW_MS);
      if (index === -1) expect(match).toEqual({ kind: 'unknown' });
      else expect(match).toEqual({ kind: tokenState(tokens[index]!, NOW_MS), token: tokens[index] });
    }),
    { numRuns: RUNS },
  );
});

test('a file in which any byte was changed or cut off holds what was written, other valid tokens, or nothing at all', () => {
  const text = serializeTokens(made.map(({ record }) => record));
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 2 }), fc.boolean(), (at, change, cuts) => {
      const tokens = parseTokens(text.slice(0, at) + change + (cuts ? '' : text.slice(at + change.length)));
      if (tokens === undefined) return;
      expect(tokens.length).toBeLessThanOrEqual(TOKENS_ACTIVE_MAX);
      expect(parseTokens(serializeTokens(tokens))).toEqual(tokens);
      for (const { sha256, scope } of tokens)
        expect([sha256.length, ['read', 'trade'].includes(scope)]).toEqual([64, true]);
    }),
    { numRuns: RUNS },
  );
});
