/** What a newer release may have left in a data folder, met by this one: nothing of it is half understood. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTokens, tokenFilePath } from '../../../../src/access/token-file';
import { loadConfig } from '../../../../src/config/load-config';
import { bookPath, openBook, readBook, saveBook } from '../../../../src/observability/alerts/book-file';
import { wasDiskLowBefore } from '../../../../src/observability/alerts/disk-look';
import { AlertKeeper } from '../../../../src/observability/alerts/keeper';
import { leaveEvent, leaveFinding, readSpool, spoolFolder } from '../../../../src/observability/alerts/spool';
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

test('whether the disk was too full is told by the book, and where that cannot be used it is taken for too full', () => {
  expect(wasDiskLowBefore(dataDir())).toBe(false);
  saveBook(dataDir(), emptyBook());
  expect(wasDiskLowBefore(dataDir())).toBe(false);
  const keeper = new AlertKeeper(dataDir(), [], () => undefined, 0);
  keeper.step([{ kind: 'finding', finding: finding('disk_full', dataDir()) }], 0);
  expect(wasDiskLowBefore(dataDir())).toBe(true);
  saveBook(dataDir(), emptyBook());
  rewrite(bookPath(dataDir()), (content) => ({ ...content, version: 2 }));
  expect(wasDiskLowBefore(dataDir())).toBe(true);
});

/** Changes the last event of the spool as a newer release might have written it. */
function rewriteSpooled(change: (text: string) => string): void {
  const path = join(spoolFolder(dataDir()), readSpool(dataDir()).at(-1)?.name ?? '');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

const LATER_RULE = (text: string): string => text.replace('disk_full', 'came_later');

/** What is kept of the spool, and what is told of it. */
function takeIn(): { readonly keeper: AlertKeeper; readonly told: readonly string[] } {
  const told: string[] = [];
  const keeper = new AlertKeeper(dataDir(), [], (sentence) => told.push(sentence), Date.now());
  keeper.step([], Date.now());
  return { keeper, told };
}

test('findings of rules that came later are passed over and told of once, and the others are taken in', () => {
  for (const subject of ['/', '/data']) {
    leaveFinding(dataDir(), finding('disk_full', subject));
    rewriteSpooled(LATER_RULE);
  }
  leaveFinding(dataDir(), finding('process_died', 'api'));
  const { keeper, told } = takeIn();
  expect(keeper.state.alerts.map(({ rule }) => rule)).toEqual(['process_died']);
  expect(readSpool(dataDir())).toEqual([]);
  leaveFinding(dataDir(), finding('disk_full', '/'));
  rewriteSpooled(LATER_RULE);
  keeper.step([], Date.now());
  expect(told).toEqual([expect.stringMatching(/^2 files in the spool of alerts, .* a newer one\./)]);
});

test.each([
  ['a finding', (text: string) => text.replace('"holds"', '"addedLater":1,"holds"')],
  ['what holds it', (text: string) => text.replace('"kind"', '"addedLater":1,"kind"')],
])('a field more in %s of the spool costs nothing of what is known', (_where, change) => {
  leaveFinding(dataDir(), finding('disk_full', '/'));
  rewriteSpooled(change);
  const { keeper, told } = takeIn();
  expect(keeper.state.alerts.map(({ rule }) => rule)).toEqual(['disk_full']);
  expect(told).toEqual([]);
});

test('a silence with a field more hushes nothing', () => {
  const silence = { rule: 'disk_full', reason: 'mended', who: 'me', untilMs: Date.now() + 60_000 } as const;
  leaveEvent(dataDir(), { kind: 'silence', silence });
  rewriteSpooled((text) => text.replace('"reason"', '"onlyWarnings":true,"reason"'));
  const { keeper, told } = takeIn();
  expect(keeper.state.silences).toEqual([]);
  expect(told).toHaveLength(1);
});

test('a finding that is superseded while the spool is read is no fault', () => {
  leaveFinding(dataDir(), finding('disk_full', '/'));
  const [file] = readSpool(dataDir());
  const path = join(spoolFolder(dataDir()), file?.name ?? '');
  rmSync(path);
  symlinkSync(join(dataDir(), 'nowhere'), path);
  expect(readSpool(dataDir())).toEqual([{ name: file?.name }]);
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
