/**
 * Models that somebody loaded while the program ran: copies in the data folder, each under the SHA-256 of its file. Only that
 * travels to the process that predicts, never a path.
 */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorText, ModelError } from './errors';
import { readModelFile } from './model-file';

/** Copies that are kept; those used longest ago go first. */
export const SHELF_MODELS_MAX = 5;
const DESCRIPTION_BYTES_MAX = 1024 ** 2;
const CHOICE_BYTES_MAX = 16 * 1024;
const CHOICE_FILE = 'loaded.json';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const MODEL_FILE = /^(?<sha256>[0-9a-f]{64})\.onnx$/;

const choiceSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the configured file was then. Another one since means that the operator chose anew. */
  configuredSha256: z.string().regex(/^[0-9a-f]{64}$/),
  by: z.string().max(1_000),
  /** Milliseconds UTC. */
  atMs: z.int(),
});

/** Which of the copies predicts instead of the configured file. */
export type ModelChoice = z.infer<typeof choiceSchema>;

/** The models of one data folder. */
export class ModelShelf {
  private readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'models');
  }

  /** Where the copy of a model is, if it is there. @param sha256 64 lower-case hexadecimal digits */
  pathOf(sha256: string): string {
    return join(this.folder, `${sha256}.onnx`);
  }

  /**
   * Copies a model, and its description where that lies beside it, and forgets the oldest copies beyond SHELF_MODELS_MAX.
   *
   * @returns the SHA-256 of the model
   * @throws ModelError as readModelFile
   */
  async keep(path: string): Promise<string> {
    const { content, sha256 } = await readModelFile(path);
    await mkdir(this.folder, { recursive: true, mode: FOLDER_MODE });
    await chmod(this.folder, FOLDER_MODE);
    const description = await readBeside(path);
    if (description !== undefined) await this.write(`${sha256}.json`, description);
    await this.write(`${sha256}.onnx`, content);
    await this.tidy(sha256);
    return sha256;
  }

  /** Of a copy that was refused; the one that was chosen stays. */
  async forget(sha256: string): Promise<void> {
    if ((await this.choice())?.sha256 === sha256) return;
    await rm(this.pathOf(sha256), { force: true });
    await rm(join(this.folder, `${sha256}.json`), { force: true });
  }

  /** @returns undefined where none was chosen; what cannot be read chooses nothing */
  async choice(): Promise<ModelChoice | undefined> {
    try {
      const content = await readBounded(join(this.folder, CHOICE_FILE), CHOICE_BYTES_MAX);
      const parsed = choiceSchema.safeParse(JSON.parse(content.toString('utf8')));
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  }

  /** @param choice undefined: the configured file predicts again */
  async choose(choice: ModelChoice | undefined): Promise<void> {
    if (choice === undefined) return rm(join(this.folder, CHOICE_FILE), { force: true });
    await this.write(CHOICE_FILE, Buffer.from(`${JSON.stringify(choice)}\n`));
  }

  /** It appears whole or not at all. */
  private async write(name: string, content: Uint8Array): Promise<void> {
    const temporary = join(this.folder, `${name}.${randomUUID()}.tmp`);
    try {
      await writeFile(temporary, content, { flag: 'wx', mode: FILE_MODE });
      await rename(temporary, join(this.folder, name));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private async tidy(newest: string): Promise<void> {
    const chosen = (await this.choice())?.sha256;
    const names = await readdir(this.folder);
    const copies = names.flatMap((name) => MODEL_FILE.exec(name)?.groups?.['sha256'] ?? []);
    const others = copies.filter((sha256) => sha256 !== newest && sha256 !== chosen);
    const aged = await Promise.all(
      others.map(async (sha256) => ({ sha256, usedMs: (await stat(this.pathOf(sha256))).mtimeMs })),
    );
    const room = SHELF_MODELS_MAX - (copies.length - others.length);
    for (const { sha256 } of aged.toSorted((one, other) => other.usedMs - one.usedMs).slice(Math.max(0, room))) {
      await this.forget(sha256);
    }
  }
}

/** @returns lower-case hexadecimal. @throws ModelError as readModelFile */
export async function sha256OfModel(path: string): Promise<string> {
  return (await readModelFile(path)).sha256;
}

/** The description of a model that has none inside. */
async function readBeside(path: string): Promise<Buffer | undefined> {
  const beside = `${path.replace(/\.onnx$/, '')}.json`;
  if ((await stat(beside).catch(() => undefined)) === undefined) return undefined;
  return readBounded(beside, DESCRIPTION_BYTES_MAX);
}

async function readBounded(path: string, bytesMax: number): Promise<Buffer> {
  try {
    // A pipe or a device is never opened: it has no end.
    if (!(await stat(path)).isFile()) throw new Error('it is no regular file');
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > bytesMax)
        throw new ModelError('MODEL_TOO_LARGE', `${path} has ${size} bytes; the most is ${bytesMax}`);
      return await readFile(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError('MODEL_NOT_FOUND', `The model ${path} cannot be read: ${errorText(error)}`, { cause: error });
  }
}
