import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { CREDENTIAL_FILE_BYTES_MAX, resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { createRedactor, Secret } from '../../../src/venues/ccxt/secret';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../../../src/venues/paper-keys';

describe('Secret', () => {
  const secret = new Secret('s3cr3t-value');
  const renderings: readonly [string, () => string][] = [
    ['a template', () => `${secret.toString()} ${String(secret)}`],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect', () => inspect({ nested: { secret } }, { depth: 9, showHidden: true })],
    ['format', () => format('%s %o %j', secret, secret, { secret })],
    ['an error', () => new Error(`failed with ${secret as unknown as string}`).message],
    ['its own keys', () => inspect(Object.getOwnPropertyNames(secret))],
  ];

  it.each(renderings)('does not show its value in %s', (_name, render) => {
    expect(render()).not.toContain('s3cr3t');
  });

  it('gives its value on request', () => {
    expect(secret.reveal()).toBe('s3cr3t-value');
  });
});

describe('createRedactor', () => {
  it('removes every occurrence of every secret', () => {
    const redact = createRedactor([new Secret('key-1'), new Secret('pass-2'), new Secret('')]);
    expect(redact('key-1, pass-2 and key-1')).toBe('<redacted>, <redacted> and <redacted>');
  });
});

describe('resolveCredentials', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const resolve = (env: Record<string, string>) => resolveCredentials({ venue: 'bybit', environment: 'live', env });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('uses the fixed paper keys and ignores real ones', () => {
    const env = { BYBIT_API_KEY: 'real-key', BYBIT_API_SECRET: 'real-secret' };
    const { apiKey, apiSecret } = resolveCredentials({ venue: 'bybit', environment: 'paper', env });
    expect([apiKey.reveal(), apiSecret.reveal()]).toEqual([PAPER_API_KEY, PAPER_API_SECRET]);
  });

  it('reads variables and files, without line breaks', () => {
    const { apiKey, apiSecret } = resolve({ BYBIT_API_KEY: 'key', BYBIT_API_SECRET_FILE: file('secret', 'secret\n') });
    expect([apiKey.reveal(), apiSecret.reveal()]).toEqual(['key', 'secret']);
  });

  it.each([
    ['nothing', {}, /BYBIT_API_KEY/],
    ['no secret', { BYBIT_API_KEY: 'key' }, /BYBIT_API_SECRET/],
    ['an empty key', { BYBIT_API_KEY: '', BYBIT_API_SECRET: 'secret' }, /BYBIT_API_KEY/],
    ['both forms', { BYBIT_API_KEY: 'key', BYBIT_API_KEY_FILE: '/x', BYBIT_API_SECRET: 's' }, /Both BYBIT_API_KEY/],
    ['a missing file', { BYBIT_API_KEY: 'key', BYBIT_API_SECRET_FILE: '/does/not/exist' }, /ENOENT/],
    ['spaces inside', { BYBIT_API_KEY: 'two words', BYBIT_API_SECRET: 'secret' }, /not a valid key/],
  ])('refuses %s with a sentence that names the variable', (_name, env, message) => {
    expect(() => resolve(env)).toThrow(message);
  });

  it('refuses a file that is too large to be a key', () => {
    const env = {
      BYBIT_API_KEY: 'key',
      BYBIT_API_SECRET_FILE: file('large', 'x'.repeat(CREDENTIAL_FILE_BYTES_MAX + 1)),
    };
    expect(() => resolve(env)).toThrow(/larger than/);
  });

  it('never quotes a value', () => {
    expect(() => resolve({ BYBIT_API_KEY: 'two words', BYBIT_API_SECRET: 's' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('two words') as string }) as Error,
    );
  });
});
