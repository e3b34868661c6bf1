import { join } from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../config/package-root';
import type { Diagnosis } from '../doctor/check';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig, TRADING } from './command-config';
import { renderDiagnoses } from './render-doctor';
import { printJson, printLine, styleFor } from './terminal';

/** `engines.node` of package.json. */
async function requiredNode(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const { engines } = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')) as {
    readonly engines: { readonly node: string };
  };
  return engines.node;
}

/** A configuration that cannot be read is a finding like any other: nothing else can be looked at then. */
async function diagnose(command: Command): Promise<readonly Diagnosis[]> {
  const needed = await requiredNode();
  try {
    const config = await loadCommandConfig(command, [], TRADING);
    const { examine } = await import('../doctor/examine');
    return await examine({ config, env: process.env, cwd: process.cwd() }, needed);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
    const { checkNodeVersion } = await import('../doctor/node-version');
    const node = { check: 'Node', ...checkNodeVersion(process.versions.node, needed) };
    const mend = 'Correct what is named; the rest is looked at afterwards.';
    return [node, { check: 'configuration', status: 'mend', found: error.message, mend }];
  }
}

/** `oncefill doctor` */
export function addDoctorCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('doctor')
    .description('look at everything that a start needs, change nothing, and tell how to mend what is wrong')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const checks = await diagnose(command);
      const isWell = checks.every(({ status }) => status !== 'mend');
      if (options.json) printJson({ status: isWell ? 'ok' : 'mend', checks });
      else printLine(renderDiagnoses(checks, styleFor(process.stdout)));
      finish(isWell ? ExitCode.SUCCESS : ExitCode.FAILURE);
    });
}
