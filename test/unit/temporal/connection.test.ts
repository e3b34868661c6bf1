import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  writeFileSync(profileFile, PROFILE);
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

it('says what to do when nothing answers', async () => {
  const target = localTarget(`127.0.0.1:${await findFreePort()}`, 'oncefill-paper');
  await expect(connectNative(target)).rejects.toMatchObject({
    name: 'ServerUnavailableError',
    code: 'TEMPORAL_UNREACHABLE',
    message: expect.stringMatching(/^No Temporal server can be used at 127\.0\.0\.1:\d+ \(.+\): start one/) as string,
  });
});
