import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ModelError } from './errors';

const MIB = 1024 ** 2;
/** A larger file is not a model that one process should load beside trading. */
export const MODEL_BYTES_MAX = 256 * MIB;
/** Read and hashed at once: others have their turn between two of them. */
const PIECE_BYTES = 4 * MIB;
const CHOOSE_ANOTHER = 'name an .onnx file';

/** What the system answers, in words. */
const SYSTEM_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is no folder',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a symbolic link that leads back to itself',
  ENAMETOOLONG: 'has a name that is too long',
  EISDIR: 'is a folder',
  ENXIO: 'is no regular file',
};

export interface ModelFile {
  readonly content: Uint8Array;
  /** Of the content, lower-case hex. */
  readonly sha256: string;
}

/**
 * The bytes of a model's file, whole.
 *
 * @throws ModelError MODEL_NOT_FOUND when there is no regular file that may be read, MODEL_TOO_LARGE beyond MODEL_BYTES_MAX,
 *   MODEL_DAMAGED when it is empty or changes meanwhile
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  let file: FileHandle;
  try {
    // Not blocking: a named pipe would keep us waiting for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return await readWhole(path, file);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw unreadable(path, error);
  } finally {
    await file.close();
  }
}

async function readWhole(path: string, file: FileHandle): Promise<ModelFile> {
  const status = await file.stat();
  if (status.isDirectory()) throw notFound(path, 'is a folder');
  if (!status.isFile()) throw notFound(path, 'is no regular file');
  if (status.size === 0) throw new ModelError('MODEL_DAMAGED', `${path} is empty`, { advice: 'copy it here again' });
  if (status.size > MODEL_BYTES_MAX) {
    throw new ModelError(
      'MODEL_TOO_LARGE',
      `${path} has ${Math.ceil(status.size / MIB)} MiB, and a model may have ${MODEL_BYTES_MAX / MIB}`,
      { advice: 'choose a smaller one' },
    );
  }
  const content = new Uint8Array(status.size);
  const hash = createHash('sha256');
  let length = 0;
  while (length < content.length) {
    const { bytesRead } = await file.read(content, length, Math.min(PIECE_BYTES, content.length - length), length);
    if (bytesRead === 0) break;
    hash.update(content.subarray(length, length + bytesRead));
    length += bytesRead;
  }
  if (length === content.length) return { content, sha256: hash.digest('hex') };
  throw new ModelError('MODEL_DAMAGED', `${path} became shorter while it was read`, { advice: 'try again' });
}

function unreadable(path: string, error: unknown): ModelError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return notFound(path, SYSTEM_FAULTS[code] ?? `cannot be read (${code === '' ? message : code})`, error);
}

function notFound(path: string, fault: string, cause?: unknown): ModelError {
  return new ModelError('MODEL_NOT_FOUND', `The model ${path} ${fault}`, { advice: CHOOSE_ANOTHER, cause });
}
