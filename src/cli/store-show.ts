import type { Command } from 'commander';
import type { Config } from '../config/schema';
import { ExitCode } from '../process/exit-codes';
import type { FoundStore, StoreIdentity } from '../temporal/store-identity';
import { loadCommandConfig } from './command-config';
import { withClient } from './temporal-access';
import { printJson, printLine } from './terminal';

/** What is kept, and what is there. */
interface StoreReport {
  readonly dataDir: string;
  readonly address: string;
  readonly namespace: string;
  readonly kept?: StoreIdentity;
  readonly found?: FoundStore;
  readonly verdict: 'same' | 'other' | 'first' | 'unknown';
  /** Why it is not known, or what is wrong. */
  readonly message?: string;
}

const EXIT_CODES: Readonly<Record<StoreReport['verdict'], ExitCode>> = {
  same: ExitCode.SUCCESS,
  first: ExitCode.SUCCESS,
  other: ExitCode.OTHER_STORE,
  unknown: ExitCode.UNAVAILABLE,
};

async function lookAtStore(config: Config): Promise<StoreReport> {
  const [{ resolveTarget }, { findStore }, identity, { OtherStoreError, ServerUnavailableError }] = await Promise.all([
    import('../temporal/connection'),
    import('../temporal/own-store'),
    import('../temporal/store-identity'),
    import('../temporal/errors'),
  ]);
  const { dataDir } = config;
  const { address, namespace } = resolveTarget(config);
  const place = { dataDir, namespace };
  const about = { dataDir, address, namespace };
  let kept: StoreIdentity | undefined;
  try {
    kept = identity.readStoreIdentity(place);
  } catch (error) {
    if (!(error instanceof OtherStoreError)) throw error;
    return { ...about, verdict: 'other', message: error.message };
  }
  try {
    const found = await withClient(config, 'ask', ({ client }) => findStore({ place, address, asker: client }));
    if (!kept) return { ...about, found, verdict: 'first' };
    if (identity.isSameStore(kept, found)) return { ...about, kept, found, verdict: 'same' };
    const { message } = identity.otherStore(place, address, kept, found);
    return { ...about, kept, found, verdict: 'other', message };
  } catch (error) {
    if (!(error instanceof ServerUnavailableError)) throw error;
    return { ...about, kept, verdict: 'unknown', message: error.message };
  }
}

const SENTENCES: Readonly<Record<StoreReport['verdict'], string>> = {
  same: 'It is the store that this data folder trades with.',
  first: 'This data folder has met no store yet: the next start keeps the one that it finds.',
  other: 'It is another store.',
  unknown: 'It is not known which store the server has.',
};

async function renderReport({ dataDir, address, namespace, kept, found, verdict, message }: StoreReport) {
  const { describeStore } = await import('../temporal/store-identity');
  return [
    `Data folder  ${dataDir}`,
    `Server       ${address}, namespace ${namespace}`,
    `Kept         ${kept ? describeStore(kept) : 'nothing'}`,
    `Found        ${found ? describeStore(found) : 'nothing'}`,
    message ?? SENTENCES[verdict],
  ].join('\n');
}

/** `oncefill store show` */
export function addStoreShowCommand(store: Command, finish: (exitCode: ExitCode) => void): void {
  store
    .command('show')
    .description('tell which store is kept for this data folder, and which one the Temporal server has')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const report = await lookAtStore(await loadCommandConfig(command));
      if (options.json) {
        const { dataDir, ...others } = report;
        printJson({ data_folder: dataDir, ...others });
      } else printLine(await renderReport(report));
      finish(EXIT_CODES[report.verdict]);
    });
}
