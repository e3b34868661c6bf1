import type { Command } from 'commander';
import { channelAdvice, type AlertsConfig } from '../config/alerts';
import type { ChannelMessage } from '../observability/channels/message';
import type { RunningChannels } from '../observability/alerts/running-channels';
import type { TellingChannel } from '../observability/channels/telling-channel';
import { environmentOf } from '../config/trading-environment';
import { logFolder } from '../observability/log-files';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';
import { ALERTING, loadCommandConfig } from './command-config';
import { printErrorLine, printJson, printLine } from './terminal';

/** The longest that one channel may take. */
const CHANNEL_TIMEOUT_MS = 40_000;

/** What can be tried. */
type Testable = Pick<TellingChannel, 'name' | 'deliver'>;

interface TestOptions {
  readonly channel?: string;
  readonly json?: boolean;
}

/** What became of a test message. */
export interface ChannelTrial {
  readonly channel: string;
  readonly taken: boolean;
  /** The other side's own words, or why there are none. */
  readonly answer: string;
}

/** A line per channel. */
export function renderTrials(trials: readonly ChannelTrial[]): string {
  return trials
    .map(({ channel, taken, answer }) => `${taken ? '●' : '○'} ${channel}: ${taken ? 'taken' : 'not taken'}: ${answer}`)
    .join('\n');
}

/**
 * The channels that are meant.
 *
 * @param file where channels are switched on, for the message
 * @throws CliError when none is on, or none of that name
 */
export function channelsNamed<Channel extends Pick<TellingChannel, 'name'>>(
  channels: readonly Channel[],
  name: string | undefined,
  file: string,
): readonly Channel[] {
  if (channels.length === 0) {
    throw new CliError(`No alert channel is configured: ${channelAdvice(file)}.`, ExitCode.USAGE);
  }
  const meant = name === undefined ? channels : channels.filter((channel) => channel.name === name);
  if (meant.length > 0) return meant;
  const names = channels.map((channel) => channel.name).join(', ');
  throw new CliError(`No channel "${name}" is on in ${file}; on are: ${names}.`, ExitCode.USAGE);
}

/** The dead man's switch is tried as a channel is, by a ping. */
async function pingChannel({ heartbeat }: AlertsConfig): Promise<readonly Testable[]> {
  if (heartbeat === undefined) return [];
  const { pingOnce } = await import('../observability/channels/heartbeat-ping');
  return [{ name: 'heartbeat', deliver: (_, signal) => pingOnce(heartbeat, signal) }];
}

/** A channel that works is of no use while the product that runs does not have it. */
function describeStale({ pid, words }: RunningChannels, names: readonly string[]): string {
  const has = words === undefined ? '' : ` It tells: ${words}.`;
  return `What runs now (process ${pid}) does not have ${names.join(', ')} as just tried: it read file and variables at its start.${has} Stop "oncefill start" and start it again.`;
}

async function testChannels({ channel: name, json = false }: TestOptions, command: Command): Promise<ExitCode> {
  const [
    { channelSettings, loadAlerts },
    { compareChannels },
    { openChannels, originOf },
    { testMessage },
    { randomUUID },
  ] = await Promise.all([
    import('../config/alerts'),
    import('../observability/alerts/running-channels'),
    import('../observability/channels/open-channels'),
    import('../observability/channels/message'),
    import('node:crypto'),
  ]);
  const config = await loadCommandConfig(command, [], ALERTING);
  const alerts = loadAlerts({ env: process.env, cwd: process.cwd() });
  const origin = originOf(environmentOf(config), logFolder(config.dataDir));
  const all: readonly Testable[] = [...openChannels(alerts, origin, printErrorLine), ...(await pingChannel(alerts))];
  const channels = channelsNamed(all, name, alerts.file);
  const message: ChannelMessage = testMessage(origin, `test-${randomUUID().slice(0, 8)}`, Date.now());
  const trials = await Promise.all(
    channels.map(async (channel): Promise<ChannelTrial> => {
      try {
        const answer = await channel.deliver(message, AbortSignal.timeout(CHANNEL_TIMEOUT_MS));
        return { channel: channel.name, taken: true, answer };
      } catch (error) {
        return { channel: channel.name, taken: false, answer: (error as Error).message };
      }
    }),
  );
  const running = compareChannels(config.dataDir, channelSettings(alerts));
  const stale = (running?.differing ?? []).filter((of) => name === undefined || of === name);
  if (json) printJson({ alert_id: message.alertId, channels: trials, not_in_force: stale });
  else printLine(renderTrials(trials));
  if (running !== undefined && stale.length > 0) printErrorLine(describeStale(running, stale));
  return trials.every(({ taken }) => taken) && stale.length === 0 ? ExitCode.SUCCESS : ExitCode.FAILURE;
}

/** `oncefill alerts test` */
export function addAlertsTestCommand(alerts: Command, finish: (exitCode: ExitCode) => void): void {
  alerts
    .command('test')
    .description('send a test message to every channel that is on, and print what each answered')
    .option('--channel <name>', 'only this one: email, telegram, heartbeat, or the name of a webhook')
    .option('--json', 'print JSON')
    .action(async (options: TestOptions, command: Command) => finish(await testChannels(options, command)));
}
