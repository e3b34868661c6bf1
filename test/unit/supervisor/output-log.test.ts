import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { rememberSecret } from '../../../src/secrets/known-secrets';
import {
  LAST_LINES_AGE_MAX_MS,
  LAST_LINES_MAX,
  OUTPUT_LOG_BYTES_MAX,
  OutputLog,
} from '../../../src/supervisor/output-log';

describe('OutputLog', () => {
  let folder: string;
  let path: string;
  let errors: Error[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oncefill-output-'));
    path = join(folder, 'part.out.log');
    errors = [];
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function writeAll(log: OutputLog, chunks: readonly (string | Buffer)[]): Promise<void> {
    const stream = new PassThrough();
    log.follow(stream);
    const ended = new Promise((resolve) => {
      stream.once('end', resolve);
    });
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
    await ended;
  }

  function openLog(): OutputLog {
    return new OutputLog(path, (error) => errors.push(error));
  }

  test('writes everything to the file', async () => {
    const log = openLog();
    await writeAll(log, ['one\n', 'two\n']);
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  test('keeps the last lines and forgets them once taken', async () => {
    const log = openLog();
    await writeAll(
      log,
      Array.from({ length: 100 }, (_, line) => `line ${line}\n`),
    );
    const lines = log.takeLastLines();
    expect(lines).toHaveLength(LAST_LINES_MAX);
    expect(lines.at(-1)).toBe('line 99');
    expect(log.takeLastLines()).toEqual([]);
    log.close();
  });

  test('of what came before the last seconds nothing is said, and no code that a terminal obeys', async () => {
    let nowMs = 0;
    const log = new OutputLog(
      path,
      (error) => errors.push(error),
      () => nowMs,
    );
    await writeAll(log, ['of yesterday\n']);
    nowMs += LAST_LINES_AGE_MAX_MS + 1;
    await writeAll(log, ['\u001B[31mWARN\u001B[39m \u001B[2mdisk\u001B[0m is full\n']);
    expect(log.takeLastLines()).toEqual(['WARN disk is full']);
    log.close();
  });

  test('a character split between two chunks stays whole', async () => {
    const log = openLog();
    const bytes = Buffer.from('größer\n');
    await writeAll(log, [bytes.subarray(0, 3), bytes.subarray(3)]);
    expect(log.takeLastLines()).toEqual(['größer']);
    log.close();
  });

  test('a secret that the supervisor knows is in no line, also when it arrives in pieces', async () => {
    rememberSecret('output-canary-12');
    const log = openLog();
    await writeAll(log, ['thrown: output-ca', 'nary-12\n', 'and 6f75747075742d63616e617279', '2d3132']);
    expect(log.takeLastLines()).toEqual(['thrown: [redacted]', 'and [redacted]']);
    log.close();
    expect(readFileSync(path, 'utf8')).not.toMatch(/canary|616e617279/);
  });

  test('a full file is moved aside, and the one before it is dropped', async () => {
    writeFileSync(path, Buffer.alloc(OUTPUT_LOG_BYTES_MAX, 'x'));
    writeFileSync(`${path}.1`, 'older');
    const log = openLog();
    await writeAll(log, ['next\n']);
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('next\n');
    expect(statSync(`${path}.1`).size).toBe(OUTPUT_LOG_BYTES_MAX);
  });

  test('a folder that cannot be made is reported once and costs only the file', async () => {
    writeFileSync(join(folder, 'file'), '');
    path = join(folder, 'file', 'part.out.log');
    const log = openLog();
    await writeAll(log, ['one\n', 'two\n']);
    expect(log.takeLastLines()).toEqual(['one', 'two']);
    expect(errors).toHaveLength(1);
  });
});
