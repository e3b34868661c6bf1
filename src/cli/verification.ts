import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { readYesNo } from '../config/yes-no';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';

/** Variables with which Node and Temporal's client stop verifying whom they speak to. */
const NODE_VERIFICATION = 'NODE_TLS_REJECT_UNAUTHORIZED';
const TEMPORAL_VERIFICATION = 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION';
const EXTRA_TRUST_VARIABLE = 'NODE_EXTRA_CA_CERTS';
/** As `--use-system-ca`, in versions of Node that know it. */
const SYSTEM_TRUST_VARIABLE = 'NODE_USE_SYSTEM_CA';
const OPENSSL_TRUST_OPTION = '--use-openssl-ca';
const TRUST_OPTIONS = [OPENSSL_TRUST_OPTION, '--use-system-ca'];
/** Obeyed with OPENSSL_TRUST_OPTION only. */
const OPENSSL_TRUST_VARIABLES = ['SSL_CERT_FILE', 'SSL_CERT_DIR'];

/**
 * Money, or what becomes money, is moved only where it is proven who is at the other end.
 *
 * @throws ConfigError as readYesNo; CliError when the environment switches the verification of certificates off, other than for paper
 */
export function checkVerification(config: Config, env: NodeJS.ProcessEnv = process.env): void {
  const environment = environmentOf(config);
  if (environment === 'paper') return;
  const isOff = {
    [NODE_VERIFICATION]: env[NODE_VERIFICATION]?.trim() === '0',
    [TEMPORAL_VERIFICATION]: readYesNo(TEMPORAL_VERIFICATION, env) === true,
  };
  for (const [name, isSwitchedOff] of Object.entries(isOff)) {
    if (!isSwitchedOff) continue;
    throw new CliError(
      `${name}=${env[name]?.trim()} switches the verification of TLS certificates off, which the ${environment} environment does not allow: anybody on the way could pose as the other side. Remove the variable.`,
      ExitCode.USAGE,
    );
  }
}

/**
 * The words for certificates that are trusted beside, or in place of, those that Node brings along.
 *
 * @param nodeArguments the options that Node itself was started with
 * @returns undefined when there are none, and in paper, where nothing is reached by TLS that is worth posing as
 */
export function describeExtraTrust(
  config: Config,
  env: NodeJS.ProcessEnv = process.env,
  nodeArguments: readonly string[] = process.execArgv,
): string | undefined {
  if (environmentOf(config) === 'paper') return undefined;
  const sources: string[] = [];
  const file = env[EXTRA_TRUST_VARIABLE] ?? '';
  if (file !== '') sources.push(`${EXTRA_TRUST_VARIABLE}=${file}`);
  // Node takes an underscore for a dash.
  const options = [...nodeArguments, ...(env.NODE_OPTIONS ?? '').split(/[\s"']+/)].map((option) =>
    option.replaceAll('_', '-'),
  );
  for (const option of TRUST_OPTIONS.filter((name) => options.includes(name))) sources.push(option);
  if (options.includes(OPENSSL_TRUST_OPTION)) {
    for (const name of OPENSSL_TRUST_VARIABLES) if (env[name]) sources.push(`${name}=${env[name]}`);
  }
  if (env[SYSTEM_TRUST_VARIABLE] === '1') sources.push(`${SYSTEM_TRUST_VARIABLE}=1`);
  if (sources.length === 0) return undefined;
  return `Node trusts other certificates than its own (${sources.join(', ')}): whoever holds one that they vouch for can pose as the venue.`;
}
