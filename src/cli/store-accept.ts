import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import type { Config } from '../config/schema';
import { ExitCode } from '../process/exit-codes';
import type { StoreIdentity, StorePlace } from '../temporal/store-identity';
import { CliError } from './cli-error';
import { auditAround } from './command-audit';
import { checkLiveFlag, loadCommandConfig } from './command-config';
import { printErrorLine, printJson, printLine } from './terminal';

/** What a person decided. */
export interface StoreAcceptance {
  readonly namespace: string;
  readonly address: string;
  /** Absent: nothing was kept, or nothing that can be read. */
  readonly former?: StoreIdentity;
  readonly accepted: StoreIdentity;
  readonly reason: string;
}

interface AcceptOptions {
  readonly reason: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

/** Longest wait for the end of an embedded server that was started for this command alone. */
const SERVER_STOP_MAX_MS = 8_000;

const MEANING =
  'It knows no signal and no reservation that only the old one had: such a signal may become a second order when it is ' +
  'sent again. A new account begins halted: look at the open orders and positions at the venue, then "oncefill resume".';

/** What is kept, as far as it can be read: a damaged file is what this command mends. */
async function readFormer(place: StorePlace): Promise<StoreIdentity | 'damaged' | undefined> {
  const { readStoreIdentity } = await import('../temporal/store-identity');
  try {
    return readStoreIdentity(place);
  } catch (error) {
    if (error instanceof Error && error.name === 'OtherStoreError') return 'damaged';
    throw error;
  }
}

/** With the configured server; the embedded one is started for it where it does not run. */
async function withPresentServer<Answer>(config: Config, use: (client: Client) => Promise<Answer>): Promise<Answer> {
  const { createServerKeeper, openNamespace } = await import('../supervisor/temporal-server');
  const keeper = createServerKeeper(config, printErrorLine);
  try {
    await keeper?.start();
    return await openNamespace(config, use);
  } finally {
    await keeper?.stop(SERVER_STOP_MAX_MS);
  }
}

/** @returns undefined when it is the store that is kept */
async function accept(config: Config, reason: string): Promise<StoreAcceptance | undefined> {
  const [
    { resolveTarget },
    { replaceStoreIdentity, isSameStore, describeStore },
    { findStore },
    { claimDataFolder },
    { markAccount },
  ] = await Promise.all([
    import('../temporal/connection'),
    import('../temporal/store-identity'),
    import('../temporal/own-store'),
    import('../temporal/folder-environment'),
    import('../../workers/first-account'),
  ]);
  claimDataFolder(config);
  const { address, namespace } = resolveTarget(config);
  const place = { dataDir: config.dataDir, namespace };
  return withPresentServer(config, async (client) => {
    const { clusterId, namespaceId } = await findStore({ place, address, asker: client });
    if (namespaceId === undefined) throw new CliError(`${address} does not tell its store.`, ExitCode.FAILURE);
    const accepted = { clusterId, namespaceId };
    const kept = await readFormer(place);
    const former = kept === 'damaged' ? undefined : kept;
    if (former && isSameStore(former, accepted)) return undefined;
    const acceptance = { namespace, address, former, accepted, reason };
    const act = { what: 'store.accept', target: namespace, why: reason } as const;
    return auditAround(config, act, async () => {
      // An account that begins there follows one that is lost, and so begins halted.
      if (kept) await markAccount(client, config.venue);
      replaceStoreIdentity(place, accepted);
      const old = former ? describeStore(former) : 'not known';
      return { value: acceptance, result: 'done', detail: `old: ${old}; new: ${describeStore(accepted)}` };
    });
  });
}

async function tell({ former, accepted, address }: StoreAcceptance): Promise<void> {
  const { describeStore } = await import('../temporal/store-identity');
  printLine(`Old store    ${former ? describeStore(former) : 'not known'}`);
  printLine(`New store    ${describeStore(accepted)} at ${address}`);
  printLine(`Accepted. ${MEANING}`);
}

/** `oncefill store accept` */
export function addStoreAcceptCommand(store: Command, finish: (exitCode: ExitCode) => void): void {
  store
    .command('accept')
    .description('trade from now on with the store that the Temporal server has; it knows no signal of the old one')
    .requiredOption('--reason <text>', 'why; kept with the change')
    .option('--live', 'for a live venue in the configuration')
    .option('--json', 'print JSON')
    .action(async ({ reason, live = false, json }: AcceptOptions, command: Command) => {
      if (reason.trim() === '')
        throw new CliError('The reason is empty: say why, for those who look later.', ExitCode.USAGE);
      const config = await loadCommandConfig(command);
      checkLiveFlag(config, live);
      const acceptance = await accept(config, reason);
      if (json) printJson({ changed: acceptance !== undefined, ...acceptance });
      else if (acceptance) await tell(acceptance);
      else printLine('Nothing to accept: it is the store that this data folder trades with.');
      finish(ExitCode.SUCCESS);
    });
}
