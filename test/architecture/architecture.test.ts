import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { findImports } from './imports';
import { objectionsTo, roomOf, roomsFor } from './objections';
import { foldersOnPage, rowOf } from './page';
import { listProjectFiles } from './project-files';
import { EXCEPTIONS, ROOMS } from './rooms';

const SOURCE = /\.[cm]?[jt]sx?$/;
/** Jest looks for its settings there. */
const SOURCE_OUTSIDE = 'jest.config.js';

const files = listProjectFiles(packageRoot());
const sources = files.filter((file) => SOURCE.test(file) && file !== SOURCE_OUTSIDE);
const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');

describe('the house', () => {
  test('holds sources', () => {
    expect(sources).toEqual(expect.arrayContaining(['src/cli/main.ts', 'scripts/bootstrap.mjs', 'workflows/index.ts']));
  });

  test('has every source in a room, and imports only what its room may', () => {
    expect(sources.flatMap((file) => objectionsTo(file, read(file)))).toEqual([]);
  });

  test('has no compiled file beside its source', () => {
    const compiled = files.filter((file) => /\.[cm]?js$/.test(file));
    expect(compiled.filter((file) => files.includes(file.replace(/js$/, 'ts')))).toEqual([]);
  });

  test('has a row for every folder', () => {
    const folders = files
      .map((file) => /^(?:src\/)?[^/]+(?=\/)/.exec(file)?.[0])
      .filter((folder) => folder !== undefined);
    expect([...new Set(folders)].filter((folder) => !roomOf(folder))).toEqual([]);
  });
});

describe('the table', () => {
  test('lets a room import only rooms that stand above it, so that there is no circle', () => {
    const paths = ROOMS.map((room) => room.path);
    const upward = ROOMS.flatMap((room, index) =>
      [...roomsFor(room), ...Object.keys(room.typesOf ?? {})]
        .filter((path) => !paths.slice(0, index).includes(path))
        .map((path) => `${room.path} -> ${path}`),
    );
    expect(upward).toEqual([]);
  });

  test('stands on ARCHITECTURE.md, row by row', () => {
    expect(foldersOnPage(read('ARCHITECTURE.md'))).toEqual(ROOMS.map(rowOf));
  });

  test('has no exception that nothing needs', () => {
    const needed = ({ file, imports }: (typeof EXCEPTIONS)[number]) =>
      sources.includes(file) && findImports(read(file)).some(({ specifier }) => specifier === imports);
    expect(EXCEPTIONS.filter((exception) => !needed(exception))).toEqual([]);
  });
});

describe('a made-up file', () => {
  test.each([
    ['a room above', 'src/domain/a.ts', "import { b } from '../venues/b';", /src\/domain does not import src\/venues/],
    ['a room beside', 'src/venues/a.ts', "import { b } from '../intake/b';", /src\/venues does not import src\/intake/],
    ['a package', 'workflows/a.ts', "import ccxt = require('ccxt');", /workflows does not import ccxt/],
    ['a part of a package', 'src/api/a.ts', "import '@scope/b/lib/c';", /src\/api does not import @scope\/b\./],
    ["one of Node's modules", 'src/domain/a.ts', "import { join } from 'node:path';", /does not import Node/],
    ["one of Node's modules by its old name", 'workflows/a.ts', "import fs = require('fs');", /does not import Node/],
    ['its project around it', 'bench/peers/a.mjs', "export * from '../table';", /bench\/peers does not import bench\./],
    ['values where types may be', 'workflows/a.ts', "import { a } from '../activities/b';", /types of activities only/],
    ['a file outside every room', 'src/cli/a.ts', "import b from '../../package.json';", /lies in no room/],
  ])('may not import %s', (_what, file, source, objection) => {
    expect(objectionsTo(file, source)).toEqual([expect.stringMatching(objection)]);
  });

  test.each(['src/a.ts', 'a.mjs', 'sources/a.ts'])('may not lie in no room: %s', (file) => {
    expect(objectionsTo(file, '')).toEqual([`${file} lies in no room of test/architecture/rooms.ts.`]);
  });

  test('may not be what no parser understands', () => {
    expect(objectionsTo('src/domain/a.ts', 'import from;')).toEqual(['src/domain/a.ts cannot be parsed.']);
  });

  test('may import what its room may', () => {
    const source = [
      "import { Decimal } from 'decimal.js';",
      "import { a } from './a';",
      "import { b } from '../src/domain/b';",
      "import type { c } from '../activities/c';",
    ];
    expect(objectionsTo('workflows/d.ts', source.join('\n'))).toEqual([]);
  });
});

describe('an import is found', () => {
  const value = (specifier: string) => [{ specifier, typesOnly: false }];
  const types = (specifier: string) => [{ specifier, typesOnly: true }];
  test.each([
    ["import a from 'yaml';", value('yaml')],
    ["import * as a from 'yaml';", value('yaml')],
    ["import { a } from 'yaml';", value('yaml')],
    ["import {\n  a,\n  type c,\n} from 'yaml';", value('yaml')],
    ["import 'yaml';", value('yaml')],
    ['import { a } from "yaml";', value('yaml')],
    ["export { a } from './b';", value('./b')],
    ["export * from './b';", value('./b')],
    ["import a = require('yaml');", value('yaml')],
    ["  const { a } = require('yaml');", value('yaml')],
    ["const a = await import('yaml');", value('yaml')],
    ["import type { a } from 'yaml';", types('yaml')],
    ["import { type a, type c } from 'yaml';", types('yaml')],
    ["export type { a } from './b';", types('./b')],
    ["import {\n  a, // it's a; of b\n  c,\n} from './b';", value('./b')],
    ["/** b */ import { b } from './b';", value('./b')],
    ["import { a } from 'yaml'; import { b } from './b';", [...value('yaml'), ...value('./b')]],
    ["const a = 1; export * from './b';", value('./b')],
    ["const a = import(/* lazy */ './b');", value('./b')],
    ['const a = await import(`./b`);', value('./b')],
    ["const a = require.call(module, './b');", value('./b')],
    ["const a = require.apply(module, ['./b']);", value('./b')],
    ["const a = module.require('./b');", value('./b')],
    ["const fs = process.getBuiltinModule('node:fs');", value('node:fs')],
    ["const fs = process.getBuiltinModule?.('node:fs');", value('node:fs')],
    ["import type a = require('yaml');", types('yaml')],
    ["export type * from './b';", types('./b')],
    ["export { type a } from './b';", types('./b')],
    ["let a: import('./b').A;", types('./b')],
    ["import {} from './b';", value('./b')],
    ["// import { a } from 'yaml';\n/** as `import('pino')` does\n * require('ccxt')\n */", []],
    ["const text = `\nimport { a } from 'yaml';\nrequire('pino');`", []],
    ["const text = 'import';\nexport const from = 'yaml';", []],
  ])('in %s', (source, expected) => {
    expect(findImports(source)).toEqual(expected);
  });
});
