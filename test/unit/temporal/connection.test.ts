import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redact } from '../../../src/secrets/known-secrets';
import { connectNative, externalTarget, localTarget } from '../../../src/temporal/connection';
import { findFreePort } from '../../../harness/free-ports';

const PROFILE = `
[profile.default]
address = "cloud.example:7233"
namespace = "trading-live"
`;

let folder: string;
let profileFile: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-connection-test-'));
  profileFile = join(folder, 'temporal.toml');
  writeFileSync(profileFile, PROFILE, { mode: 0o644 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('means the embedded server when none is named', () => {
  expect(externalTarget({ namespace: 'oncefill-paper', env: {} })).toBeUndefined();
});

it.each([
  { namespace: 'oncefill-paper', env: { TEMPORAL_ADDRESS: 'host:1' } },
  { namespace: 'oncefill-paper', address: 'host:1', env: {} },
  { namespace: 'oncefill-paper', address: 'host:1', env: { TEMPORAL_ADDRESS: 'overridden:2' } },
])('uses the address that is named: %p', (options) => {
  expect(externalTarget(options)).toMatchObject({ address: 'host:1', namespace: 'oncefill-paper' });
});

it('connects with TLS when an API key is given', () => {
  const env = { TEMPORAL_ADDRESS: 'host:1', TEMPORAL_API_KEY: 'key' };
  const target = externalTarget({ namespace: 'oncefill-paper', env });
  expect(target?.connectionOptions).toMatchObject({ apiKey: 'key', tls: true });
});

it('reads a profile that the environment names', () => {
  const target = externalTarget({ namespace: 'trading-live', env: { TEMPORAL_CONFIG_FILE: profileFile } });
  expect(target).toMatchObject({ address: 'cloud.example:7233', namespace: 'trading-live' });
});

it('refuses a profile of another namespace, unless the environment decides', () => {
  const env = { TEMPORAL_CONFIG_FILE: profileFile };
  expect(() => externalTarget({ namespace: 'oncefill-paper', env })).toThrow(/names the namespace "trading-live"/);
  const decided = { ...env, TEMPORAL_NAMESPACE: 'oncefill-paper' };
  expect(externalTarget({ namespace: 'oncefill-paper', env: decided })?.namespace).toBe('oncefill-paper');
});

describe('a file that is named', () => {
  const NAMING = [
    'TEMPORAL_CONFIG_FILE',
    'TEMPORAL_TLS_CLIENT_CERT_PATH',
    'TEMPORAL_TLS_CLIENT_KEY_PATH',
    'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  ];
  let named: string;

  beforeEach(() => {
    named = join(folder, 'named');
  });

  afterEach(() => rmSync(named, { force: true }));

  const load = (variable: string, path: string, mustBePrivate = false) =>
    externalTarget({ namespace: 'trading-live', env: { TEMPORAL_ADDRESS: 'host:1', [variable]: path }, mustBePrivate });

  test.each(NAMING)('by %s must be a regular file of a bounded size', (variable) => {
    execFileSync('mkfifo', [named]);
    for (const path of [named, '/dev/zero', folder]) {
      expect(() => load(variable, path)).toThrow(/is not a regular file/);
    }
    rmSync(named);
    writeFileSync(named, 'x'.repeat(1_048_577));
    expect(() => load(variable, named)).toThrow(/is larger than \d+ bytes/);
  });

  test('by a profile must be one, too', () => {
    execFileSync('mkfifo', [named]);
    const file = join(folder, 'tls.toml');
    writeFileSync(file, `[profile.default]\naddress = "host:1"\n[profile.default.tls]\nclient_key_path = "${named}"\n`);
    expect(() => load('TEMPORAL_CONFIG_FILE', file)).toThrow(/is not a regular file/);
  });

  test.each(NAMING)('by %s and missing is told', (variable) => {
    expect(() => load(variable, join(folder, 'missing'))).toThrow(/cannot be read \(ENOENT\)/);
  });

  test.each(['TEMPORAL_CONFIG_FILE', 'TEMPORAL_TLS_CLIENT_KEY_PATH'])(
    'by %s must be closed to others where it is worth something',
    (variable) => {
      writeFileSync(named, '[profile.default]\n');
      for (const mode of [0o640, 0o604, 0o620]) {
        chmodSync(named, mode);
        expect(() => load(variable, named, true)).toThrow(`chmod 600 ${named}`);
        expect(() => load(variable, named, false)).not.toThrow();
      }
      chmodSync(named, 0o600);
      expect(() => load(variable, named, true)).not.toThrow();
    },
  );

  test('may be a certificate that others read', () => {
    writeFileSync(named, '-----BEGIN CERTIFICATE-----', { mode: 0o644 });
    const target = load('TEMPORAL_TLS_SERVER_CA_CERT_PATH', named, true);
    expect(target?.connectionOptions.tls).toMatchObject({
      serverRootCACertificate: new TextEncoder().encode('-----BEGIN CERTIFICATE-----'),
    });
  });

  test('is read from the usual place when only a profile is named', () => {
    const home = join(folder, 'home');
    mkdirSync(join(home, 'temporalio'), { recursive: true });
    writeFileSync(join(home, 'temporalio', 'temporal.toml'), '[profile.mine]\naddress = "cloud.example:7233"\n');
    const env = { TEMPORAL_PROFILE: 'mine', XDG_CONFIG_HOME: home };
    expect(externalTarget({ namespace: 'n', env })?.address).toBe('cloud.example:7233');
  });

  test('that is not valid TOML is told by its place, and not shown', () => {
    writeFileSync(named, '[profile.default]\napi_key = "the-secret-of-the-line\n');
    const message = messageOf(() => load('TEMPORAL_CONFIG_FILE', named));
    expect(message).toMatch(/named:2:\d+: is not valid TOML\.$/);
    expect(message).not.toContain('the-secret');
  });

  test('gives its secrets to the redactor', () => {
    const lines = [
      '[profile.default]',
      'api_key = "key-of-the-profile"',
      'grpc_meta = { authorization = "Bearer-of-the-profile" }',
      '[profile.default.tls]',
      'client_key_data = "data-of-the-profile"',
    ];
    writeFileSync(named, lines.join('\n'));
    load('TEMPORAL_CONFIG_FILE', named);
    const secrets = ['key-of-the-profile', 'Bearer-of-the-profile', 'data-of-the-profile'];
    expect(secrets.map(redact)).toEqual(secrets.map(() => '[redacted]'));
  });
});

function messageOf(step: () => unknown): string {
  try {
    step();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was accepted.');
}

it('refuses an address of a profile that no client could dial', () => {
  const odd = join(folder, 'odd.toml');
  writeFileSync(odd, '[profile.default]\naddress = "http://h:7233"\n', { mode: 0o600 });
  const load = () => externalTarget({ namespace: 'x', env: { TEMPORAL_CONFIG_FILE: odd } });
  expect(load).toThrow(
    /names the address "http:\/\/h:7233"; it begins with http:\/\/, which is left out; needed is host:port/,
  );
});

it('says what to do when nothing answers', async () => {
  const target = localTarget(`127.0.0.1:${await findFreePort()}`, 'oncefill-paper');
  await expect(connectNative(target)).rejects.toMatchObject({
    name: 'ServerUnavailableError',
    code: 'TEMPORAL_UNREACHABLE',
    message: expect.stringMatching(
      /^No Temporal server can be used at 127\.0\.0\.1:\d+ \(.+\): start that server, or unset TEMPORAL_ADDRESS/,
    ) as string,
  });
});
