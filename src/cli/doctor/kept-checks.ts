import { closeSync, existsSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readTokens } from '../../access/token-file';
import type { Config } from '../../config/schema';
import { environmentOf } from '../../config/trading-environment';
import { bookPath, readBook } from '../../observability/alerts/book-file';
import { readRunningPid } from '../../process/pid-file';
import { pidFilePath } from '../../supervisor/run-folder';
import { databasePath } from '../../temporal/embedded-server';
import { checkDataFolder, environmentMarkPath } from '../../temporal/folder-environment';
import { resolveAnyTarget } from '../../temporal/connection';
import { readStoreIdentity, storeIdentityPath } from '../../temporal/store-identity';
import { type Check, type DoctorContext, type Finding, mend, skipped, well } from './check';

/** What every database of SQLite begins with. */
const DATABASE_HEADER = Buffer.from('SQLite format 3\0');
const OTHERS_BITS = 0o077;
/** Of more the first are enough to know what happened. */
const NAMED_MAX = 5;

/** A check of what the data folder keeps, by those who read it at a start. */
function kept(
  name: string,
  pathOf: (context: DoctorContext) => string,
  read: (context: DoctorContext) => Finding | Promise<Finding>,
): Check {
  return {
    name,
    run: (context) => (existsSync(pathOf(context)) ? read(context) : skipped('there is none yet')),
  };
}

const MARK_CHECK = kept(
  'environment file',
  ({ config }) => environmentMarkPath(config.dataDir),
  ({ config }) => {
    checkDataFolder(config);
    return well(`the data folder is for ${environmentOf(config)}`);
  },
);

function placeOf({ dataDir, temporal }: Config) {
  return { dataDir, namespace: temporal.namespace };
}

const STORE_CHECK = kept(
  'store',
  ({ config }) => storeIdentityPath(placeOf(config)),
  ({ config }) => {
    readStoreIdentity(placeOf(config));
    return well('it is kept which store is traded with');
  },
);

function beginsWithHeader(path: string): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(DATABASE_HEADER.length);
    readSync(descriptor, head);
    return head.equals(DATABASE_HEADER);
  } finally {
    closeSync(descriptor);
  }
}

const DATABASE_CHECK: Check = {
  name: 'database',
  run({ config, env }) {
    if (!resolveAnyTarget(config, env).isEmbedded) return skipped("your own server's: it is not looked at");
    const path = databasePath(config.dataDir);
    if (existsSync(path)) {
      if (beginsWithHeader(path)) return well(path);
      return mend(`${path} is no database`, 'bring the data folder back from a copy (docs/operations.md)');
    }
    if (!existsSync(storeIdentityPath(placeOf(config)))) return skipped('the first start makes it');
    return mend(
      `${path} is gone, and with it every signal and reservation that this data folder has traded with`,
      'bring it back from a copy, or read docs/store-identity.md before you accept an empty one',
    );
  },
};

function journalFolder({ dataDir }: Config): string {
  return join(dataDir, 'paper-venue');
}

const JOURNAL_CHECK: Check = {
  name: 'paper journal',
  async run({ config }) {
    if (environmentOf(config) !== 'paper') return skipped('paper only');
    const folder = journalFolder(config);
    if (!existsSync(folder)) return skipped('there is none yet');
    if (readRunningPid(pidFilePath(config.dataDir, 'paper_venue')) !== undefined)
      return well('the paper venue runs on it');
    const { Journal } = await import('../../paper-venue/book/journal');
    let count = 0;
    new Journal(folder).replay(() => (count += 1));
    return well(`${count} entries`);
  },
};

const BOOK_CHECK = kept(
  'book of alerts',
  ({ config }) => bookPath(config.dataDir),
  ({ config }) => {
    const { fault } = readBook(config.dataDir);
    if (fault === undefined) return well('it can be read');
    return mend(
      `${bookPath(config.dataDir)} ${fault}: the next start sets it aside, and messages that wait and silences in it are lost`,
      'bring it back from a copy, or move it away',
    );
  },
);

const TOKENS_CHECK: Check = {
  name: 'tokens',
  run({ config }) {
    const { exists, tokens } = readTokens(config.dataDir);
    return exists ? well(`${tokens.length} are kept`) : skipped('there are none: whoever reaches the API may use it');
  },
};

/** What lies in the data folder belongs to whoever it belongs to, and is closed to all others. */
const ENTRIES_CHECK: Check = {
  name: 'folders in it',
  run({ config: { dataDir } }) {
    const us = process.geteuid?.();
    if (us === undefined || !existsSync(dataDir)) return skipped('nothing to look at');
    const entries = readdirSync(dataDir).map((name) => ({
      name,
      stats: lstatSync(join(dataDir, name), { throwIfNoEntry: false }),
    }));
    const foreign = entries.filter(({ stats }) => stats && stats.uid !== us).map(({ name }) => name);
    if (foreign.length > 0)
      return mend(`${nameSome(foreign)} in ${dataDir} belong to another user`, `chown -R ${us} ${dataDir}, as root`);
    const open = entries
      .filter(({ stats }) => stats?.isDirectory() && (stats.mode & OTHERS_BITS) !== 0)
      .map(({ name }) => name);
    if (open.length === 0) return well('all are ours, and closed to other users');
    return mend(`other users may look into ${nameSome(open)} in ${dataDir}`, `chmod -R go-rwx ${dataDir}`);
  },
};

function nameSome(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What a start would find in the data folder. */
export const KEPT_CHECKS: readonly Check[] = [
  MARK_CHECK,
  STORE_CHECK,
  DATABASE_CHECK,
  JOURNAL_CHECK,
  BOOK_CHECK,
  TOKENS_CHECK,
  ENTRIES_CHECK,
];
