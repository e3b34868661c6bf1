/** Where the socket of handed-over signals is, whose it is, and what stands in its way. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { socketFolder, socketLockPath, socketMark, socketPath } from '../../../../src/intake/hand-over/socket-place';
import { HandOverWorld } from './support';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;
/** There the way through an open folder is. */
const onLinux = process.platform === 'linux' ? test : test.skip;

let world: HandOverWorld;
let children: ChildProcess[];

beforeEach(() => {
  world = new HandOverWorld();
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await world.close();
});

/** A process that does one thing with the socket. @returns what it said first */
async function run(program: string, options: object = {}): Promise<string> {
  const child = spawn(process.execPath, ['-e', program, socketPath(world.dataDir)], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return chunk.toString().trim();
}

/** Another process of ours that serves the socket. */
async function otherServes(): Promise<ChildProcess> {
  mkdirSync(socketFolder(world.dataDir), { mode: 0o700 });
  await run("require('net').createServer().listen(process.argv[1], () => console.log('open'))");
  return children.at(-1)!;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('the socket and its folder are their owner’s alone, and gone after the engine', async () => {
  const engine = await world.engine();
  const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);
  expect([modeOf(socketPath(world.dataDir)), modeOf(socketFolder(world.dataDir))]).toEqual(['600', '700']);
  await engine.close();
  expect(lstatSync(socketPath(world.dataDir), { throwIfNoEntry: false })).toBeUndefined();
  expect(lstatSync(socketLockPath(world.dataDir), { throwIfNoEntry: false })).toBeUndefined();
});

(isRoot ? test : test.skip)(
  'another user of the machine cannot connect, not even where the folders let him through',
  async () => {
    await world.engine();
    const path = socketPath(world.dataDir);
    // As if every folder above had been opened by mistake.
    for (let folder = socketFolder(world.dataDir); folder !== '/tmp' && folder !== '/'; folder = join(folder, '..'))
      chmodSync(folder, 0o755);
    const connectTo = `require('net').connect(${JSON.stringify(path)}).on('error', ({ code }) => console.log(code)).on('connect', () => console.log('in'))`;
    expect(await run(connectTo, { uid: NOBODY, gid: NOBODY, cwd: '/' })).toBe('EACCES');
  },
);

onLinux.each(['with spaces # and 100 % ünïcode 信号', 'deep/'.repeat(40), '深'.repeat(60)])(
  'a data folder %s is no hindrance',
  async (name) => {
    const far = new HandOverWorld(name);
    await far.engine();
    await far.intake(await far.client()).submit(far.signal());
    expect(far.startedByEngine).toEqual([true]);
    await far.close();
    expect(lstatSync(socketPath(far.dataDir), { throwIfNoEntry: false })).toBeUndefined();
  },
);

test('what a killed engine left behind is replaced', async () => {
  await kill(await otherServes());
  expect(lstatSync(socketPath(world.dataDir)).isSocket()).toBe(true);
  expect((await world.engine()).isOpen).toBe(true);
  expect((await world.client()).state).toBe('works');
});

test('a socket that another process serves is left to it, and taken over when that ends', async () => {
  const other = await otherServes();
  const engine = await world.engine();
  expect(engine.isOpen).toBe(false);
  expect(world.warnings).toEqual([]);
  await kill(other);
  await engine.open();
  expect(engine.isOpen).toBe(true);
});

test('of two engines at once one has it, and the other when that ends', async () => {
  const [first, second] = await Promise.all([world.engine(), world.engine()]);
  expect([first.isOpen, second.isOpen].filter(Boolean)).toHaveLength(1);
  const [owner, waiting] = first.isOpen ? [first, second] : [second, first];
  await owner.close();
  await waiting.open();
  expect(waiting.isOpen).toBe(true);
});

test('a socket whose file was removed is opened again, and who is connected stays', async () => {
  const engine = await world.engine();
  const client = await world.client();
  rmSync(socketPath(world.dataDir));
  await engine.open();
  expect((await world.client()).state).toBe('works');
  expect(client.state).toBe('works');
});

onLinux.each(['data', 'deep/'.repeat(40)])(
  'another process’s socket in the place of ours is left to it: in %s',
  async (name) => {
    const other = new HandOverWorld(name);
    const engine = await other.engine();
    rmSync(socketPath(other.dataDir));
    // As a process of another container does, that does not see our lock.
    rmSync(socketLockPath(other.dataDir));
    const served = await other.stranger();
    await engine.open();
    expect(engine.isOpen).toBe(false);
    await engine.close();
    expect(socketMark(other.dataDir)).toBe(served);
    expect((await other.client()).state).toBe('works');
    await other.close();
  },
);

test('a socket that takes the place of ours while we end is left to its process', async () => {
  const engine = await world.engine();
  rmSync(socketPath(world.dataDir));
  const served = await world.stranger();
  await engine.close();
  expect(socketMark(world.dataDir)).toBe(served);
});

describe.each<[string, (path: string) => string]>([
  [
    'a link to a file',
    (path) => {
      const target = join(world.dataDir, 'precious');
      writeFileSync(target, 'precious');
      symlinkSync(target, path);
      return target;
    },
  ],
  [
    'a file',
    (path) => {
      writeFileSync(path, 'precious');
      return path;
    },
  ],
])('%s in the socket’s place', (_what, put) => {
  test('is neither followed nor removed, and both ends do without', async () => {
    mkdirSync(socketFolder(world.dataDir), { mode: 0o700 });
    const kept = put(socketPath(world.dataDir));
    const engine = await world.engine();
    expect(engine.isOpen).toBe(false);
    expect(world.warnings).toEqual([expect.stringContaining('is no socket')]);
    const client = await world.client(false);
    expect(client.state).toContain('is no socket');
    await world.intake(client).submit(world.signal());
    expect(world.startedByEngine).toEqual([false]);
    expect(readFileSync(kept, 'utf8')).toBe('precious');
  });
});

test('a file in the folder’s place is no failure', async () => {
  writeFileSync(socketFolder(world.dataDir), '');
  expect((await world.engine()).isOpen).toBe(false);
  expect((await world.client(false)).state).toContain('is no folder');
});

test('a folder that is open to others is closed by the engine, and not trusted by the API before', async () => {
  mkdirSync(socketFolder(world.dataDir));
  chmodSync(socketFolder(world.dataDir), 0o777);
  expect((await world.client(false)).state).toContain('is open to other users');
  expect((await world.engine()).isOpen).toBe(true);
});

(isRoot ? test : test.skip)('a socket of another user is not used', async () => {
  const engine = await world.engine();
  expect(engine.isOpen).toBe(true);
  chownSync(socketPath(world.dataDir), NOBODY, NOBODY);
  expect((await world.client(false)).state).toContain('belongs to another user');
});
