import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCommandConfig } from '../../../src/cli/command-config';
import { redact } from '../../../src/secrets/known-secrets';

const COMMAND = { optsWithGlobals: () => ({}) } as Parameters<typeof loadCommandConfig>[0];

let folder: string;
const { env } = process;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-command-config-'));
  jest.spyOn(process, 'cwd').mockReturnValue(folder);
});

afterEach(() => {
  process.env = env;
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('secrets of the environment and of .env are blotted out of a refusal of the configuration', async () => {
  writeFileSync(join(folder, '.env'), 'BYBIT_API_SECRET=a-secret-of-the-file\n');
  writeFileSync(join(folder, 'my.yaml'), 'a-secret-of-the-environment: 1\na-secret-of-the-file: 2\n');
  process.env = { TEMPORAL_API_KEY: 'a-secret-of-the-environment', ONCEFILL_CONFIG: join(folder, 'my.yaml') };
  const error: unknown = await loadCommandConfig(COMMAND).catch((reason: unknown) => reason);
  const { message } = error as Error;
  expect(message).toMatch(/a-secret-of-the-environment.*\n.*a-secret-of-the-file/);
  expect(redact(message)).not.toContain('a-secret');
});

test('secrets of the environment are blotted out of a refusal of .env', async () => {
  writeFileSync(join(folder, '.env'), 'NODE_OPTIONS=1\n');
  process.env = { BYBIT_API_SECRET: 'another-secret-of-the-environment' };
  await expect(loadCommandConfig(COMMAND)).rejects.toThrow('NODE_OPTIONS');
  expect(redact('another-secret-of-the-environment')).toBe('[redacted]');
});
