import type { HookSource } from '../config/hooks-schema';
import type { ForeseenAlert } from '../hooks/foresee-alert';
import type { Secret } from '../secrets/secret';
import { printable } from '../process/printable';

/** A source as `--json` shows it. */
export interface ShownSource {
  readonly source: string;
  readonly enabled: boolean;
  readonly url: string;
  readonly public_urls: readonly string[];
  readonly authentication: HookSource['authentication'];
  readonly secrets_variable: string;
  /** How many are good now. */
  readonly secrets: number;
  readonly secrets_fault?: string;
  /** To be pasted. */
  readonly message: string;
  readonly faults: readonly string[];
  readonly mapping: HookSource;
}

const AUTHENTICATION_WORDS: Readonly<Record<HookSource['authentication'], string>> = {
  body: 'the body carries the secret',
  signature: 'x-oncefill-signature: HMAC-SHA256, in hexadecimal, over x-oncefill-timestamp, a point and the body',
  noneOnLoopback: 'none: programs of this machine alone, and nothing that was passed on',
};

/** What to paste where, for a person. */
export function renderSource(shown: ShownSource): string {
  const { source, enabled, url, public_urls: publicUrls, authentication, secrets, message, mapping } = shown;
  const addresses =
    publicUrls.length > 0
      ? publicUrls
      : ['name your tunnel in hooks.allowedHosts; its address is https://NAME/hooks/' + source];
  const needsSecret = authentication !== 'noneOnLoopback';
  return [
    `Source ${source}${enabled ? '' : ' (hooks are off: set hooks.enabled to true)'}`,
    '',
    'Webhook URL, from elsewhere:',
    ...addresses.map((address) => `  ${address}`),
    'On this machine:',
    `  ${url}`,
    '',
    'Message:',
    ...message.split('\n').map((line) => `  ${line}`),
    '',
    `Who may send: ${AUTHENTICATION_WORDS[authentication]}.`,
    ...(needsSecret ? [`Secrets in ${shown.secrets_variable}: ${shown.secrets_fault ?? `${secrets} good now`}`] : []),
    ...timeLines(mapping),
    ...shown.faults.map((fault) => `To mend: ${fault}`),
    `Try it: oncefill hooks test ${source} --body FILE`,
  ].join('\n');
}

function timeLines({ timestampIs, barMinutes }: HookSource): readonly string[] {
  switch (timestampIs) {
    case 'fired':
      return ['Time: the moment of the alert ({{timenow}}); never {{time}}, which is the opening of the bar.'];
    case 'barOpen':
      return [
        `Time: the close of its bar of ${barMinutes ?? 0} min ({{time}} is its opening): alerts once per bar close only.`,
      ];
    case 'arrival':
      return ['Time: that of arrival; the same alert a minute later is another signal.'];
  }
}

/** @param secretsFault words where the secrets of the source are not known here */
export function renderForeseen(
  { secret, wish, signal, symbol, fingerprint, refusal }: ForeseenAlert,
  { enabled, secretsFault }: { readonly enabled: boolean; readonly secretsFault: readonly Secret[] | string },
): string {
  const facts = Object.entries(signal ?? {}).map(([name, value]) => [name, value as string | number] as const);
  const shown = facts.map(([name, value]) =>
    name === 'timestampMs' ? `  time: ${new Date(value).toISOString()}` : `  ${name}: ${printable(String(value))}`,
  );
  return [
    refusal === undefined ? 'It would be taken.' : `It would be refused: ${refusal.code}. ${refusal.message}`,
    ...(wish === 'close' ? [`All of the position of ${symbol ?? ''} would be closed, if one is open.`] : []),
    ...(signal ? ['Signal:', ...shown, `  fingerprint: ${fingerprint ?? ''}`] : []),
    `Secret: ${secret}${secret === 'not checked' && typeof secretsFault === 'string' ? ` (${secretsFault})` : ''}`,
    ...(enabled ? [] : ['Hooks are off: set hooks.enabled to true.']),
    'Nothing was sent. Budgets, open positions and what was taken before were not asked.',
  ].join('\n');
}
