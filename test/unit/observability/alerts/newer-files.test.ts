/** What a newer release may have left in a data folder, met by this one: nothing of it is half understood. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTokens, tokenFilePath } from '../../../../src/access/token-file';
import { loadConfig } from '../../../../src/config/load-config';
import { bookPath, openBook, readBook, saveBook } from '../../../../src/observability/alerts/book-file';
import { AlertKeeper } from '../../../../src/observability/alerts/keeper';
import { leaveFinding, readSpool, spoolFolder } from '../../../../src/observability/alerts/spool';
import { Journal, JournalError } from '../../../../src/paper-venue/book/journal';
import { claimDataFolder, environmentMarkPath } from '../../../../src/temporal/folder-environment';
import { readServerRecord, writeServerRecord } from '../../../../src/temporal/server-record';
import { keepStoreIdentity, readStoreIdentity, storeIdentityPath } from '../../../../src/temporal/store-identity';
import { emptyBook } from '../../../../src/domain/alerts/book';
import { finding, useDataFolder } from './folder';

const dataDir = useDataFolder();

type Json = Record<string, unknown>;

/** Changes a JSON file as a newer release might have written it. */
function rewrite(path: string, change: (content: Json) => Json): void {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as Json)));
}

const NEWER: readonly (readonly [string, (content: Json) => Json])[] = [
  ['another version', (content) => ({ ...content, version: 2 })],
  ['a field more', (content) => ({ ...content, addedLater: true })],
];

test.each(NEWER)('a book of alerts with %s is set aside whole, and that is told', (_what, change) => {
  saveBook(dataDir(), emptyBook());
  expect(readBook(dataDir()).fault).toBeUndefined();
  rewrite(bookPath(dataDir()), change);
  const newer = readFileSync(bookPath(dataDir()), 'utf8');
  const keeper = new AlertKeeper(dataDir(), [], () => undefined, 0);
  expect(keeper.state.alerts.map(({ rule }) => rule)).toEqual(['alert_book_damaged']);
  expect(readFileSync(`${bookPath(dataDir())}.damaged`, 'utf8')).toBe(newer);
});

test('a book with a rule that came later is set aside too', () => {
  new AlertKeeper(dataDir(), [], () => undefined, 0).step([{ kind: 'finding', finding: finding('disk_full', '/') }], 0);
  const text = readFileSync(bookPath(dataDir()), 'utf8');
  writeFileSync(bookPath(dataDir()), text.replaceAll('disk_full', 'came_later'));
  expect(openBook(dataDir()).fault).toMatch(/another release/);
});

test.each([
  ['a rule that came later', (text: string) => text.replace('disk_full', 'came_later')],
  ['a field more', (text: string) => text.replace('"holds"', '"addedLater":1,"holds"')],
])('a finding in the spool with %s is passed over, and the others are taken in', (_what, change) => {
  leaveFinding(dataDir(), finding('disk_full', '/'));
  const [file] = readSpool(dataDir());
  const path = join(spoolFolder(dataDir()), file?.name ?? '');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  leaveFinding(dataDir(), finding('process_died', 'api'));
  const keeper = new AlertKeeper(dataDir(), [], () => undefined, Date.now());
  keeper.step([], Date.now());
  expect(keeper.state.alerts.map(({ rule }) => rule)).toEqual(['process_died']);
  expect(readSpool(dataDir())).toEqual([]);
});

test('the identity of a store with a field more is refused', () => {
  const place = { dataDir: dataDir(), namespace: 'here' };
  keepStoreIdentity(place, { namespaceId: 'n' });
  rewrite(storeIdentityPath(place), (content) => ({ ...content, addedLater: true }));
  expect(() => readStoreIdentity(place)).toThrow(/is damaged/);
});

test('a data folder of an environment that came later is refused', () => {
  const config = { ...loadConfig({ env: {}, cwd: dataDir() }), dataDir: dataDir() };
  writeFileSync(environmentMarkPath(dataDir()), 'rehearsal\n');
  expect(() => claimDataFolder(config)).toThrow();
});

test.each(NEWER)('a file of tokens with %s lets nobody in', (_what, change) => {
  const path = tokenFilePath(dataDir());
  mkdirSync(dirname(path), { mode: 0o700 });
  writeFileSync(path, JSON.stringify(change({ version: 1, tokens: [] })), { mode: 0o600 });
  expect(() => readTokens(dataDir())).toThrow(/cannot be used/);
});

test('a journal of the paper venue with another first line is refused', () => {
  writeFileSync(join(dataDir(), 'journal.jsonl'), '{"paperVenueJournal":99}\n');
  expect(() => new Journal(dataDir()).replay(() => undefined)).toThrow(JournalError);
});

test('the record of a server with a field more is none', () => {
  mkdirSync(join(dataDir(), 'run'));
  writeServerRecord(dataDir(), { server: { pid: 1 }, port: 7 });
  expect(readServerRecord(dataDir())).toBeDefined();
  rewrite(join(dataDir(), 'run', 'temporal-server.json'), (content) => ({ ...content, addedLater: true }));
  expect(readServerRecord(dataDir())).toBeUndefined();
});
