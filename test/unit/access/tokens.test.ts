import {
  addToken,
  bearerToken,
  includesScope,
  makeToken,
  matchToken,
  revokeToken,
  TOKENS_ACTIVE_MAX,
  TOKENS_ENDED_MAX,
  type TokenRecord,
} from '../../../src/access/tokens';
import { parseTokens, serializeTokens } from '../../../src/access/token-record';

const NOW_MS = 1_800_000_000_000;

function make(name = 'bot', change: Partial<TokenRecord> = {}) {
  const made = makeToken({ name, scope: 'trade', nowMs: NOW_MS });
  return { token: made.token, record: { ...made.record, ...change } };
}

describe('a new token', () => {
  test('has 256 random bits behind a prefix that scanners know, and nothing of it is kept but its hash', () => {
    const { token, record } = make();
    expect(token).toMatch(/^oncefill_[0-9a-f]{64}$/);
    expect(make().token).not.toBe(token);
    expect(JSON.stringify(record)).not.toContain(token.slice('oncefill_'.length));
  });

  test.each(['', ' ', 'a b', '-a', 'a\n', '\u202Ea', 'ä', 'a'.repeat(65), '../a'])('is not named %j', (name) => {
    expect(() => make(name)).toThrow(/name/);
  });
});

describe('a token that is shown', () => {
  const bot = make();
  const other = make('other');
  const all = [other.record, bot.record];

  test('is found among all', () => {
    expect(matchToken(all, bot.token, NOW_MS)).toEqual({ kind: 'active', token: bot.record });
  });

  test.each([
    ['one of nobody', make().token],
    ['one digit away', bot.token.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
    ['in upper case', bot.token.toUpperCase()],
    ['its hash', bot.record.sha256],
    ['its hash behind the prefix', `oncefill_${bot.record.sha256}`],
    ['with something behind', `${bot.token}0`],
    ['its beginning', bot.token.slice(0, -1)],
    ['nothing', ''],
  ])('is unknown when it is %s', (_what, shown) => {
    expect(matchToken(all, shown, NOW_MS)).toEqual({ kind: 'unknown' });
  });

  test('is good until the millisecond at which it expires', () => {
    const { token, record } = make('short', { expiresAtMs: NOW_MS });
    expect(matchToken([record], token, NOW_MS - 1).kind).toBe('active');
    expect(matchToken([record], token, NOW_MS).kind).toBe('expired');
  });

  test('is revoked for good, whatever its time', () => {
    const { token, record } = make('short', { expiresAtMs: NOW_MS + 1 });
    const [revoked] = revokeToken([record], { id: record.id, reason: 'lost', nowMs: NOW_MS });
    expect(matchToken([revoked!], token, NOW_MS).kind).toBe('revoked');
    expect(() => revokeToken([revoked!], { id: record.id, reason: 'again', nowMs: NOW_MS })).toThrow(/revoked before/);
  });
});

describe('the list', () => {
  test('holds a bounded number of active tokens', () => {
    let tokens: readonly TokenRecord[] = [];
    for (let index = 0; index < TOKENS_ACTIVE_MAX; index += 1)
      tokens = addToken(tokens, make(`t${index}`).record, NOW_MS);
    expect(() => addToken(tokens, make('one-more').record, NOW_MS)).toThrow(/revoke one first/);
    tokens = revokeToken(tokens, { id: tokens[0]!.id, reason: 'room', nowMs: NOW_MS });
    expect(addToken(tokens, make('one-more').record, NOW_MS)).toHaveLength(TOKENS_ACTIVE_MAX + 1);
  });

  test('forgets the oldest of those that ended, and none that is active', () => {
    const active = make('active').record;
    const ended = Array.from(
      { length: TOKENS_ENDED_MAX },
      (_, index) => make(`e${index}`, { revokedAtMs: NOW_MS }).record,
    );
    const expired = make('expired', { expiresAtMs: NOW_MS }).record;
    const tokens = addToken([active, ...ended, expired], make('new').record, NOW_MS);
    expect(tokens.map(({ name }) => name)).not.toContain('e0');
    expect(tokens.map(({ name }) => name)).toEqual(expect.arrayContaining(['active', 'e1', 'expired', 'new']));
  });

  test('has no two active tokens of one name', () => {
    const bot = make().record;
    expect(() => addToken([bot], make().record, NOW_MS)).toThrow(/named "bot" already/);
    expect(addToken([{ ...bot, revokedAtMs: 1 }], make().record, NOW_MS)).toHaveLength(2);
  });

  test.each(['', '   ', 'x'.repeat(501)])('is not changed for the reason %j', (reason) => {
    const { record } = make();
    expect(() => revokeToken([record], { id: record.id, reason, nowMs: NOW_MS })).toThrow(/reason/);
  });
});

describe('the text of the file', () => {
  const record = make().record;

  test('gives back what was written', () => {
    const tokens = [record, make('second', { expiresAtMs: 5, revokedAtMs: 7, revokedReason: 'lost' }).record];
    expect(parseTokens(serializeTokens(tokens))).toEqual(tokens);
    expect(parseTokens(serializeTokens([]))).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['a list', [record]],
    ['another version', { version: 2, tokens: [] }],
    ['no tokens', { version: 1 }],
    ['an unknown field', { version: 1, tokens: [{ ...record, admin: true }] }],
    ['an unknown scope', { version: 1, tokens: [{ ...record, scope: 'all' }] }],
    ['a short hash', { version: 1, tokens: [{ ...record, sha256: 'ab' }] }],
    ['a time that is none', { version: 1, tokens: [{ ...record, expiresAtMs: 'never' }] }],
    ['one twice', { version: 1, tokens: [record, record] }],
    ['one hash under two names', { version: 1, tokens: [record, { ...record, id: '00000000' }] }],
    ['too many', { version: 1, tokens: Array.from({ length: 129 }, (_, index) => make(`t${index}`).record) }],
  ])('is refused as a whole with %s', (_what, value) => {
    expect(parseTokens(JSON.stringify(value))).toBeUndefined();
  });
});

test('trade includes read, and read does not include trade', () => {
  expect(includesScope('trade', 'read')).toBe(true);
  expect(includesScope('read', 'read')).toBe(true);
  expect(includesScope('read', 'trade')).toBe(false);
});

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
  ['Bearer', undefined],
  ['Bearer ', undefined],
  ['Basic abc', undefined],
  ['Bearer a b', undefined],
  ['Bearer a,b', undefined],
  ['Bearer a, Bearer b', undefined],
  [`Bearer ${'a'.repeat(257)}`, undefined],
  ['xBearer abc', undefined],
])('the header %j shows %j', (header, shown) => {
  expect(bearerToken(header)).toBe(shown);
});
