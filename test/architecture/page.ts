import type { Room } from './rooms';

/** The table under "Folders" of ARCHITECTURE.md: the cells of each row below its head. */
export function foldersOnPage(page: string): string[][] {
  const section = /^## Folders\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(page)?.[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, row.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** A room as the page has it: folder, what it holds, the rooms and the packages that it may import. */
export function rowOf(room: Room): string[] {
  const types = Object.keys(room.typesOf ?? {}).map((path) => `types of ${shortName(path)}`);
  const rooms = [...room.rooms.map(shortName), ...types];
  return [`\`${room.path}\``, room.holds, rooms.join(', '), room.packages.join(', ')];
}

/** Readers know which rooms lie under `src`: the first column says it. */
function shortName(path: string): string {
  return path.replace(/^src\//, '');
}
