import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeTokens, readTokens, tokenFilePath } from '../../../src/access/token-file';
import { TokenGate } from '../../../src/access/token-gate';
import { addToken, makeToken, revokeToken, type TokenScope } from '../../../src/access/tokens';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-tokens-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function create(name: string, scope: TokenScope = 'trade', expiresAtMs?: number) {
  const { token, record } = makeToken({ name, scope, nowMs: Date.now(), expiresAtMs });
  await changeTokens(dataDir, (tokens) => addToken(tokens, record, Date.now()));
  return { id: record.id, header: `Bearer ${token}`, token };
}

async function revoke(id: string): Promise<void> {
  await changeTokens(dataDir, (tokens) => revokeToken(tokens, { id, reason: 'test', nowMs: Date.now() }));
}

describe('the file', () => {
  test('is private, holds no token, and nothing else is left beside it', async () => {
    const { token } = await create('bot');
    const folder = join(dataDir, 'access');
    expect(readdirSync(folder)).toEqual(['tokens.json']);
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(statSync(tokenFilePath(dataDir)).mode & 0o777).toBe(0o600);
    expect(readFileSync(tokenFilePath(dataDir), 'utf8')).not.toContain(token.slice(9));
  });

  test('is as it was when a change is refused', async () => {
    await create('bot');
    const before = readFileSync(tokenFilePath(dataDir), 'utf8');
    await expect(create('bot')).rejects.toThrow(/already/);
    expect(readFileSync(tokenFilePath(dataDir), 'utf8')).toBe(before);
    expect(readdirSync(join(dataDir, 'access'))).toEqual(['tokens.json']);
  });

  test('is changed by one process at a time', async () => {
    mkdirSync(join(dataDir, 'access'), { mode: 0o700 });
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    try {
      writeFileSync(join(dataDir, 'access', 'tokens.lock'), `${other.pid}\n\n`);
      // As a claim looks where the system tells no birth: the holder lives.
      const { identifyProcess } = await import('../../../src/process/pid-file');
      const { birth = '' } = identifyProcess(other.pid!) ?? {};
      writeFileSync(join(dataDir, 'access', 'tokens.lock'), `${other.pid}\n${birth}\n`);
      const creating = create('bot');
      setTimeout(() => other.kill('SIGKILL'), 100);
      await creating;
      expect(other.killed).toBe(true);
    } finally {
      other.kill('SIGKILL');
      if (other.exitCode === null && other.signalCode === null) await once(other, 'exit');
    }
  });
});

describe('the gate', () => {
  const gate = (isAlwaysRequired = false) => new TokenGate({ dataDir, isAlwaysRequired });

  test('asks nobody until a token was made, and everybody from then on', async () => {
    const open = gate();
    expect(open.admit(undefined)).toEqual({ kind: 'anyone' });
    const { id, header } = await create('bot');
    expect(open.admit(undefined)).toEqual({ kind: 'refused', reason: 'missing' });
    expect(open.admit(header)).toEqual({ kind: 'holder', holder: { id, name: 'bot', scope: 'trade' } });
    await revoke(id);
    expect(open.admit(undefined)).toEqual({ kind: 'refused', reason: 'missing' });
  });

  test('asks everybody where it always does, and says how to make a token while there is none', async () => {
    const strict = gate(true);
    expect(strict.admit(undefined)).toEqual({ kind: 'refused', reason: 'missing' });
    expect(strict.whyNobodyEnters()).toMatch(/oncefill token create/);
    await create('bot');
    expect(strict.whyNobodyEnters()).toBeUndefined();
    expect(gate(false).whyNobodyEnters()).toBeUndefined();
  });

  test('refuses a token that is no good also where none is asked for', () => {
    expect(gate().admit(`Bearer oncefill_${'0'.repeat(64)}`)).toEqual({ kind: 'refused', reason: 'unknown' });
    expect(gate().admit('Basic YTpi')).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  test('sees a token that is made or revoked while it runs, at the next request', async () => {
    const running = gate(true);
    const first = await create('first');
    expect(running.admit(first.header).kind).toBe('holder');
    const second = await create('second', 'read');
    expect(running.admit(second.header)).toMatchObject({ kind: 'holder', holder: { scope: 'read' } });
    await revoke(first.id);
    expect(running.admit(first.header)).toEqual({ kind: 'refused', reason: 'revoked', tokenId: first.id });
    expect(running.admit(second.header).kind).toBe('holder');
  });

  test('lets nobody in when the tokens vanish while it runs, until they are back or it starts anew', async () => {
    const running = gate();
    const { header } = await create('bot');
    expect(running.admit(header).kind).toBe('holder');
    rmSync(join(dataDir, 'access'), { recursive: true });
    for (const shown of [header, undefined, undefined]) {
      expect(running.admit(shown)).toMatchObject({
        kind: 'closed',
        message: expect.stringMatching(/restart/) as string,
      });
    }
    expect(gate().admit(undefined)).toEqual({ kind: 'anyone' });
    const again = await create('again');
    expect(running.admit(again.header).kind).toBe('holder');
  });

  test.each<[string, (folder: string) => void]>([
    ['a link', (folder) => (renameSync(folder, `${folder}.real`), symlinkSync(`${folder}.real`, folder))],
    ['a link to nowhere', (folder) => (rmSync(folder, { recursive: true }), symlinkSync('/nowhere', folder))],
    ['open to the group', (folder) => chmodSync(folder, 0o770)],
    ['no folder', (folder) => (rmSync(folder, { recursive: true }), writeFileSync(folder, ''))],
  ])('lets nobody in while the folder of the tokens is %s', async (_what, damage) => {
    const { header } = await create('bot');
    const running = gate();
    expect(running.admit(header).kind).toBe('holder');
    damage(join(dataDir, 'access'));
    for (const shown of [header, undefined]) expect(running.admit(shown).kind).toBe('closed');
    expect(gate().admit(undefined).kind).toBe('closed');
    await expect(create('second')).rejects.toThrow();
  });

  test('refuses a token that expired', async () => {
    const { id, header } = await create('bot', 'trade', Date.now() + 3_600_000);
    const later = new TokenGate({ dataDir, isAlwaysRequired: true, clock: () => Date.now() + 3_600_000 });
    expect(later.admit(header)).toEqual({ kind: 'refused', reason: 'expired', tokenId: id });
    expect(later.whyNobodyEnters()).toMatch(/oncefill token create/);
  });

  test.each<[string, (path: string) => void]>([
    ['is cut off', (path) => writeFileSync(path, readFileSync(path).subarray(0, 100))],
    ['is empty', (path) => writeFileSync(path, '')],
    ['is huge', (path) => writeFileSync(path, Buffer.alloc(300_000, 0x20))],
    ['can be written by others', (path) => chmodSync(path, 0o622)],
    ['can be read by the group', (path) => chmodSync(path, 0o640)],
    ['is a link', (path) => (rmSync(path), symlinkSync('/dev/null', path))],
    ['is a folder', (path) => (rmSync(path), mkdirSync(path))],
    ['is a pipe that nobody writes to', (path) => (rmSync(path), execFileSync('mkfifo', ['-m', '600', path]))],
  ])('lets nobody in while the file %s, and everybody as before when it is mended', async (_what, damage) => {
    const { header } = await create('bot');
    const running = gate();
    expect(running.admit(header).kind).toBe('holder');
    const path = tokenFilePath(dataDir);
    const text = readFileSync(path);
    damage(path);
    for (const shown of [header, undefined]) {
      expect(running.admit(shown)).toMatchObject({ kind: 'closed', message: expect.stringContaining(path) as string });
    }
    expect(() => readTokens(dataDir)).toThrow(/cannot be used/);
    await expect(create('second')).rejects.toThrow(/cannot be used/);
    rmSync(path, { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    expect(running.admit(header).kind).toBe('holder');
  });
});
