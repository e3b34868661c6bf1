import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { findImports, type Import } from './imports';
import { EXCEPTIONS, PRODUCT_ROOMS, ROOMS, THE_PRODUCT, type Room } from './rooms';

/**
 * What the table has against a file: one sentence for each import that it forbids, or one that the file lies in no room
 * or cannot be parsed.
 *
 * @param file from the repository's root, with `/`
 */
export function objectionsTo(file: string, source: string): string[] {
  const room = roomOf(file);
  if (!room) return [`${file} lies in no room of test/architecture/rooms.ts.`];
  const found = findImportsIfParsed(source);
  if (!found) return [`${file} cannot be parsed.`];
  const imports = found.filter(({ specifier }) => !isException(file, specifier));
  const reasons = imports.map((one) => objectionToImport(room, file, one));
  return reasons.filter((reason) => reason !== undefined).map((reason) => `${file}: ${reason}`);
}

function findImportsIfParsed(source: string): Import[] | undefined {
  try {
    return findImports(source);
  } catch {
    return undefined;
  }
}

/** The room that a path lies in; undefined: none. */
export function roomOf(path: string): Room | undefined {
  const holders = ROOMS.filter((room) => path === room.path || path.startsWith(`${room.path}/`));
  return holders.toSorted((left, right) => right.path.length - left.path.length)[0];
}

/** The paths of the rooms whose values and types a room may import, beside its own. */
export function roomsFor(room: Room): string[] {
  return room.rooms.flatMap((path) => (path === THE_PRODUCT ? PRODUCT_ROOMS.map((one) => one.path) : [path]));
}

function objectionToImport(room: Room, file: string, { specifier, typesOnly }: Import): string | undefined {
  if (!specifier.startsWith('.')) {
    const name = packageOf(specifier);
    return room.packages.includes(name) ? undefined : `${room.path} does not import ${name}.`;
  }
  const path = posix.join(posix.dirname(file), specifier);
  const target = roomOf(path);
  if (!target) return `it imports ${path}, which lies in no room of test/architecture/rooms.ts.`;
  if (target === room || roomsFor(room).includes(target.path)) return undefined;
  if (!(target.path in (room.typesOf ?? {}))) return `${room.path} does not import ${target.path}.`;
  return typesOnly ? undefined : `${room.path} imports types of ${target.path} only.`;
}

/** `@scope/name` of `@scope/name/some/file`, `Node` of `node:fs` and of `fs`. */
function packageOf(specifier: string): string {
  if (isBuiltin(specifier)) return 'Node';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isException(file: string, specifier: string): boolean {
  return EXCEPTIONS.some((exception) => exception.file === file && exception.imports === specifier);
}
