import type { Command } from 'commander';
import type { Config } from '../config/schema';
import { ExitCode } from '../process/exit-codes';
import type { StoreIdentity, StorePlace } from '../temporal/store-identity';
import { CliError } from './cli-error';
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

/** Writes down who accepted which store, and why, before it is done. */
export type StoreAudit = (config: Config, acceptance: StoreAcceptance) => void | Promise<void>;

interface AcceptOptions {
  readonly reason: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

const MEANING =
  'This store knows no signal and no reservation of the old one: a signal that was sent before may be sent again as a ' +
  'second order, and what orders still hold at the venue is seen only in its balances. The account begins halted where ' +
  'it can tell that it follows a lost one; look at the open orders before "oncefill resume".';

async function auditStoreAccepted({ dataDir, logging }: Config, acceptance: StoreAcceptance): Promise<void> {
  const { createLogger } = await import('../observability/logging');
  const log = createLogger({ component: 'bot_trading', dataDir, ...logging });
  log.logger.warn({ acceptance }, 'another store was accepted');
  log.close();
}

/** What is kept, as far as it can be read: a damaged file is what this command mends. */
async function readFormer(place: StorePlace): Promise<StoreIdentity | undefined> {
  const { readStoreIdentity } = await import('../temporal/store-identity');
  try {
    return readStoreIdentity(place);
  } catch (error) {
    if (error instanceof Error && error.name === 'OtherStoreError') return undefined;
    throw error;
  }
}

/** The store that the configured server has now; the embedded one is started for the question where it does not run. */
async function findPresent(config: Config, address: string): Promise<StoreIdentity> {
  const [{ createServerKeeper, openNamespace }, { findStore }] = await Promise.all([
    import('../supervisor/temporal-server'),
    import('../temporal/own-store'),
  ]);
  const { dataDir, temporal } = config;
  const { namespace } = temporal;
  const keeper = createServerKeeper(config, printErrorLine);
  try {
    await keeper?.start();
    const found = await openNamespace(config, (asker) => findStore({ place: { dataDir, namespace }, address, asker }));
    if (found.namespaceId !== undefined) return { ...found, namespaceId: found.namespaceId };
    throw new CliError(`The Temporal server at ${address} does not tell its namespace's id.`, ExitCode.FAILURE);
  } finally {
    await keeper?.stop(SERVER_STOP_MAX_MS);
  }
}

/** Longest wait for an embedded server that was started for this command alone. */
const SERVER_STOP_MAX_MS = 8_000;

async function accept(config: Config, reason: string, audit: StoreAudit): Promise<StoreAcceptance | undefined> {
  const [{ resolveTarget }, { replaceStoreIdentity, isSameStore }, { claimDataFolder }] = await Promise.all([
    import('../temporal/connection'),
    import('../temporal/store-identity'),
    import('../temporal/data-folder'),
  ]);
  claimDataFolder(config);
  const { address, namespace } = resolveTarget(config);
  const place = { dataDir: config.dataDir, namespace };
  const accepted = await findPresent(config, address);
  const former = await readFormer(place);
  if (former && isSameStore(former, accepted)) return undefined;
  const acceptance = { namespace, address, former, accepted, reason };
  await audit(config, acceptance);
  replaceStoreIdentity(place, accepted);
  return acceptance;
}

async function tell({ former, accepted, address }: StoreAcceptance): Promise<void> {
  const { describeStore } = await import('../temporal/store-identity');
  printLine(`Old store    ${former ? describeStore(former) : 'not known'}`);
  printLine(`New store    ${describeStore(accepted)} at ${address}`);
  printLine(`Accepted. ${MEANING}`);
}

/** `oncefill store accept` */
export function addStoreAcceptCommand(
  store: Command,
  finish: (exitCode: ExitCode) => void,
  audit: StoreAudit = auditStoreAccepted,
): void {
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
      const acceptance = await accept(config, reason, audit);
      if (json) printJson({ accepted: acceptance !== undefined, ...acceptance });
      else if (acceptance) await tell(acceptance);
      else printLine('Nothing to accept: it is the store that this data folder trades with.');
      finish(ExitCode.SUCCESS);
    });
}
