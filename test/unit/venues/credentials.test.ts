import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { CREDENTIAL_FILE_BYTES_MAX, resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { redact } from '../../../src/secrets/known-secrets';
import { Secret } from '../../../src/secrets/secret';
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

  it('is blotted out of every text from its making on', () => {
    expect(redact('it was s3cr3t-value')).toBe('it was [redacted]');
  });

  it('gives its value on request', () => {
    expect(secret.reveal()).toBe('s3cr3t-value');
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
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };

  it('uses the fixed paper keys and ignores real ones', () => {
    const env = { BYBIT_API_KEY: 'real-key', BYBIT_API_SECRET: 'real-secret' };
    const { apiKey, apiSecret } = resolveCredentials({ venue: 'bybit', environment: 'paper', env });
    expect([apiKey.reveal(), apiSecret.reveal()]).toEqual([PAPER_API_KEY, PAPER_API_SECRET]);
  });

  it('reads variables and files, without line breaks', () => {
    const env = {
      BYBIT_API_KEY: 'the-key-of-tests-1',
      BYBIT_API_SECRET_FILE: file('secret', 'the-secret-of-tests-1\n'),
    };
    const { apiKey, apiSecret } = resolve(env);
    expect([apiKey.reveal(), apiSecret.reveal()]).toEqual(['the-key-of-tests-1', 'the-secret-of-tests-1']);
  });

  it.each([
    ['nothing', {}, /BYBIT_API_KEY and BYBIT_API_SECRET in \.env/],
    ['no secret', { BYBIT_API_KEY: 'the-key-of-tests-1' }, /BYBIT_API_SECRET/],
    ['an empty key', { BYBIT_API_KEY: '', BYBIT_API_SECRET: 'the-secret-of-tests-1' }, /BYBIT_API_KEY/],
    ['both forms', { BYBIT_API_KEY: 'key', BYBIT_API_KEY_FILE: '/x', BYBIT_API_SECRET: 's' }, /Both BYBIT_API_KEY/],
    ['a missing file', { BYBIT_API_KEY: 'the-key-of-tests-1', BYBIT_API_SECRET_FILE: '/does/not/exist' }, /ENOENT/],
    ['a folder', { BYBIT_API_KEY: 'the-key-of-tests-1', BYBIT_API_SECRET_FILE: tmpdir() }, /not a regular file/],
    ['a device', { BYBIT_API_KEY: 'the-key-of-tests-1', BYBIT_API_SECRET_FILE: '/dev/zero' }, /not a regular file/],
    [
      'digits only',
      { BYBIT_API_KEY: '12345678901234567890', BYBIT_API_SECRET: 'the-secret-of-tests-1' },
      /digits only/,
    ],
    [
      'a short key',
      { BYBIT_API_KEY: 'abcdefghijklmn1', BYBIT_API_SECRET: 'the-secret-of-tests-1' },
      /fewer than 16 characters/,
    ],
    ['spaces inside', { BYBIT_API_KEY: 'two words', BYBIT_API_SECRET: 'secret' }, /not a valid key/],
  ])('refuses %s with a sentence that names the variable', (_name, env, message) => {
    expect(() => resolve(env)).toThrow(message);
  });

  it('refuses a file that is too large to be a key', () => {
    const env = {
      BYBIT_API_KEY: 'the-key-of-tests-1',
      BYBIT_API_SECRET_FILE: file('large', 'x'.repeat(CREDENTIAL_FILE_BYTES_MAX + 1)),
    };
    expect(() => resolve(env)).toThrow(/larger than/);
  });

  it.each([0o640, 0o604, 0o660, 0o602])('refuses a file of mode %i, which is not ours alone', (mode) => {
    const path = file('shared', 'the-secret-of-tests-1');
    chmodSync(path, mode);
    const env = { BYBIT_API_KEY: 'the-key-of-tests-1', BYBIT_API_SECRET_FILE: path };
    expect(() => resolve(env)).toThrow(`BYBIT_API_SECRET_FILE names ${path}, which others may read or write`);
  });

  it('takes a file that even we may only read', () => {
    const path = file('read-only', 'the-secret-of-tests-1');
    chmodSync(path, 0o400);
    const { apiSecret } = resolve({ BYBIT_API_KEY: 'the-key-of-tests-1', BYBIT_API_SECRET_FILE: path });
    expect(apiSecret.reveal()).toBe('the-secret-of-tests-1');
  });

  it('never quotes a value', () => {
    expect(() => resolve({ BYBIT_API_KEY: 'two words', BYBIT_API_SECRET: 's' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('two words') as string }) as Error,
    );
  });

  it('does not show the key itself where the name of its file belongs', () => {
    const env = { BYBIT_API_KEY: 'the-key-of-tests-1', BYBIT_API_SECRET_FILE: 'canaryA1b2C3' };
    expect(() => resolve(env)).toThrow(/BYBIT_API_SECRET_FILE names \((?!.*canary)/);
  });
});
