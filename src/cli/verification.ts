import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';

/** Variables with which Node and Temporal's client stop verifying whom they speak to, and the values that do. */
const SWITCHED_OFF: Readonly<Record<string, readonly string[]>> = {
  NODE_TLS_REJECT_UNAUTHORIZED: ['0'],
  TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: ['1', 'true'],
};
const EXTRA_TRUST_VARIABLE = 'NODE_EXTRA_CA_CERTS';

/**
 * Money, or what becomes money, is moved only where it is proven who is at the other end.
 *
 * @throws CliError when the environment switches the verification of certificates off, other than for paper
 */
export function checkVerification(config: Config, env: NodeJS.ProcessEnv = process.env): void {
  const environment = environmentOf(config);
  if (environment === 'paper') return;
  for (const [name, values] of Object.entries(SWITCHED_OFF)) {
    const value = env[name]?.trim().toLowerCase() ?? '';
    if (!values.includes(value)) continue;
    throw new CliError(
      `${name}=${value} switches the verification of TLS certificates off, which the ${environment} environment does not allow: anybody on the way could pose as the other side. Remove the variable.`,
      ExitCode.USAGE,
    );
  }
}

/** The words for certificates that are trusted beside those of the system, if there are any. */
export function describeExtraTrust(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = env[EXTRA_TRUST_VARIABLE] ?? '';
  if (file === '') return undefined;
  return `${EXTRA_TRUST_VARIABLE} is set: whoever holds a certificate signed by ${file} can pose as the venue.`;
}
