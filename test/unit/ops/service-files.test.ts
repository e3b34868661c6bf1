/** What is installed elsewhere names files, variables, ports and users of ours: each has to exist here. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HEALTH_PATH } from '../../../src/api/open-routes';
import { loadConfig } from '../../../src/config/load-config';
import { packageRoot } from '../../../src/config/package-root';
import { ExitCode } from '../../../src/process/exit-codes';

const UNIT_FILE = join(packageRoot(), 'ops', 'systemd', 'oncefill.service');
const HOME = '/opt/oncefill/';
const VERIFIER = '/usr/bin/systemd-analyze';

/** Values by directive; one that stands twice has two. @throws Error for a line that is no comment, section or directive */
function readUnit(text: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  let section = '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const opened = /^\[(?<name>Unit|Service|Install)\]$/.exec(line)?.groups?.name;
    const { name, value } = /^(?<name>[A-Z][A-Za-z]+)=(?<value>.*\S|)$/.exec(line)?.groups ?? {};
    if (opened !== undefined) section = opened;
    else if (name === undefined || value === undefined || section === '') throw new Error(`Not understood: ${line}`);
    else values.set(`${section}.${name}`, [...(values.get(`${section}.${name}`) ?? []), value]);
  }
  return values;
}

describe('the systemd unit', () => {
  const unit = readUnit(readFileSync(UNIT_FILE, 'utf8'));
  const service = (name: string): string => (unit.get(`Service.${name}`) ?? []).join(' ');

  test.each([
    ['Type', 'exec'],
    ['Restart', 'always'],
    ['KillMode', 'mixed'],
    ['UMask', '0077'],
    ['NoNewPrivileges', 'yes'],
    ['ProtectSystem', 'strict'],
  ])('sets %s to %s', (name, value) => expect(service(name)).toBe(value));

  test('never gives up, except where a person has to decide', () => {
    expect(unit.get('Unit.StartLimitIntervalSec')).toEqual(['0']);
    expect(service('RestartPreventExitStatus')).toBe(`${ExitCode.USAGE} ${ExitCode.OTHER_STORE}`);
  });

  test('gives a stop longer than the supervisor takes for it', () => {
    expect(Number(service('TimeoutStopSec'))).toBeGreaterThan(10);
  });

  test('lets the JavaScript engine compile', () => expect(unit.has('Service.MemoryDenyWriteExecute')).toBe(false));

  test('starts a program that the build makes, and writes only where it may', () => {
    const [, program = '', command] = service('ExecStart').split(' ');
    expect(command).toBe('start');
    expect(program.startsWith(HOME)).toBe(true);
    expect(existsSync(join(packageRoot(), program.slice(`${HOME}dist/`.length).replace(/\.js$/, '.ts')))).toBe(true);
    const folders = (unit.get('Service.Environment') ?? []).filter((text) => text.includes('=/'));
    expect(folders.length).toBeGreaterThan(0);
    expect(folders.filter((text) => !`${text}/`.includes(`=${service('ReadWritePaths')}/`))).toEqual([]);
  });

  (existsSync(VERIFIER) ? test : test.skip)('is accepted by systemd itself', () => {
    expect(() => execFileSync(VERIFIER, ['verify', UNIT_FILE], { stdio: 'pipe' })).not.toThrow();
  });
});

describe('the container file', () => {
  const text = readFileSync(join(packageRoot(), 'ops', 'container', 'Containerfile'), 'utf8').replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const of = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1).trim());
  const copied = of('COPY')
    .filter((words) => !words.startsWith('--from='))
    .flatMap((words) => words.split(/\s+/).slice(0, -1));

  test('copies files that exist, by name: no secret or state of the checkout comes along', () => {
    expect(copied.length).toBeGreaterThan(0);
    expect(copied.filter((path) => !/^\.?[a-z]/.test(path) || !existsSync(join(packageRoot(), path)))).toEqual([]);
    expect(copied).not.toContain('.env');
  });

  test('copies all that the build compiles and the program reads', () => {
    const config = JSON.parse(readFileSync(join(packageRoot(), 'tsconfig.program.json'), 'utf8')) as {
      include: string[];
    };
    for (const path of [...config.include, 'config', 'temporal-config', 'models', 'page']) expect(copied).toContain(path);
  });

  test('runs programs of ours that exist', () => {
    const programs = [...text.matchAll(/(?:\/opt\/oncefill\/dist\/|node )((?:src|scripts)\/[\w./-]+\.(?:js|mjs))/g)];
    const sources = programs.map(([, path = '']) => path.replace(/\.js$/, '.ts'));
    expect(sources).toContain('src/cli/main.ts');
    expect(sources.filter((path) => !existsSync(join(packageRoot(), path)))).toEqual([]);
    expect(readFileSync(join(packageRoot(), 'src/temporal/server-binary.ts'), 'utf8')).toContain(
      'export async function findTemporalServer(',
    );
  });

  test('runs as somebody who is not root, and keeps its data in a volume', () => {
    expect(of('USER')).toEqual(['node']);
    expect(of('VOLUME')).toEqual(['/data']);
    expect(of('ENV').join(' ')).toContain('DATA_DIR=/data/');
  });

  test('asks the health of the API at the port that it is told, and its path', () => {
    const { api } = loadConfig({ env: {}, cwd: packageRoot() });
    const asked = `'http://127.0.0.1:' + (process.env.API_PORT || ${api.port}) + '${HEALTH_PATH}'`;
    expect(of('HEALTHCHECK').join(' ')).toContain(asked);
    expect(of('EXPOSE')).toEqual([String(api.port)]);
  });
});
