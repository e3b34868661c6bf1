import { execFileSync } from 'node:child_process';
import { loadConfig } from '../../../src/config/load-config';
import { ExitCode } from '../../../src/process/exit-codes';
import { exitCodeOf, repeatCommand, sendingTimeMs, type SendOptions } from '../../../src/cli/signal-send';
import { presentUnsent, unsentError, type UnsentSignal } from '../../../src/cli/unsent-signal';
import { IntakeUnavailableError } from '../../../src/intake/types';
import { ServerUnavailableError } from '../../../src/temporal/errors';
import type { SignalOutcome, SignalView } from '../../../src/domain/signal-view';

const ACCEPTED = { status: 'accepted', fingerprint: '0123456789abcdef' } as const;

function ended(outcome: SignalOutcome): SignalView {
  return {
    fingerprint: ACCEPTED.fingerprint,
    venue: 'bybit',
    signal: { symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', timestampMs: 0, intent: 'entry' },
    state: 'ENDED',
    outcome,
    detail: '',
    sendAttempts: 0,
    timeline: [],
  };
}

describe('the exit code of signal send', () => {
  test('an accepted signal that nobody waits for is a success', () => {
    expect(exitCodeOf(ACCEPTED, undefined)).toBe(ExitCode.SUCCESS);
  });

  test.each<[SignalOutcome, ExitCode]>([
    ['FILLED', ExitCode.SUCCESS],
    ['PARTIALLY_FILLED', ExitCode.SUCCESS],
    ['CANCELLED', ExitCode.NOT_FILLED],
    ['REJECTED', ExitCode.NOT_FILLED],
    ['DENIED', ExitCode.NOT_FILLED],
    ['EXPIRED', ExitCode.NOT_FILLED],
  ])('a signal that ended %s gives %i', (outcome, exitCode) => {
    expect(exitCodeOf(ACCEPTED, ended(outcome))).toBe(exitCode);
  });

  test('a signal that was accepted before is a success, too', () => {
    expect(exitCodeOf({ ...ACCEPTED, repeated: true }, undefined)).toBe(ExitCode.SUCCESS);
  });

  test('a conflicting and a refused signal are refusals', () => {
    const conflicting = { status: 'duplicate', fingerprint: 'f', conflicting: true, message: '' } as const;
    expect(exitCodeOf(conflicting, undefined)).toBe(ExitCode.REFUSED);
    expect(exitCodeOf({ status: 'refused', code: 'STALE_SIGNAL', message: '' }, undefined)).toBe(ExitCode.REFUSED);
  });
});

const OPTIONS = { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'by_hand' };
const SENDING: SendOptions = { ...OPTIONS, deadline: 60 };
const SENT_AT_MS = 1_700_000_000_123;

/** The arguments that a shell makes of the words behind the program's. */
function readByShell(command: string): readonly string[] {
  const print = "node -e 'process.stdout.write(JSON.stringify(process.argv.slice(1)))' --";
  return JSON.parse(execFileSync('sh', ['-c', `${print} ${command}`], { encoding: 'utf8' })) as readonly string[];
}

describe('the command that sends the same signal again', () => {
  test('has its time, and nothing that was not given', () => {
    expect(repeatCommand(OPTIONS, SENT_AT_MS, undefined, ['oncefill'])).toBe(
      'oncefill signal send --symbol BTCUSDT --direction BUY --strategy by_hand --timestamp 2023-11-14T22:13:20.123Z',
    );
  });

  test('has the time that was sent, also where another form of it was given', () => {
    const options = { ...OPTIONS, timestamp: '2023-11-14T23:13:20.123+01:00' };
    expect(repeatCommand(options, SENT_AT_MS, undefined, ['oncefill'])).toMatch(
      /--timestamp 2023-11-14T22:13:20.123Z$/,
    );
  });

  test('means it as much as the first one', () => {
    expect(repeatCommand({ ...OPTIONS, live: true }, SENT_AT_MS, undefined, ['oncefill'])).toContain(' --live ');
  });

  test('has every option that was given, as a shell reads it back', () => {
    const strategy = 'it\'s $HOME; `rm` \\ "so" & 🙂 *';
    const command = repeatCommand(
      { ...OPTIONS, strategy, amount: '0.01', 'limit-price': '5', deadline: 7, exit: true, wait: true, json: true },
      SENT_AT_MS,
      'my settings.yaml',
      ['oncefill'],
    );
    const head = 'oncefill signal send --config'.split(' ');
    const market = 'my settings.yaml|--symbol|BTCUSDT|--direction|BUY|--strategy'.split('|');
    const rest = '--amount 0.01 --limit-price 5 --deadline 7 --exit --wait --json --timestamp'.split(' ');
    expect(readByShell(command)).toEqual([...head, ...market, strategy, ...rest, '2023-11-14T22:13:20.123Z']);
  });
});

describe('how long a signal is sent again', () => {
  const config = loadConfig({ env: {}, cwd: '/' });
  const { signal } = ended('FILLED');

  test('is as long as asked for', () => {
    expect(sendingTimeMs(SENDING, { ...signal, timestampMs: Date.now() }, config)).toBe(60_000);
  });

  test('is no longer than the time in which it can be accepted', () => {
    const timestampMs = Date.now() - config.signals.dedupWindowSeconds * 1_000 + 5_000;
    expect(sendingTimeMs(SENDING, { ...signal, timestampMs }, config)).toBeLessThanOrEqual(5_000);
  });

  test('is over for one that is too old', () => {
    expect(sendingTimeMs(SENDING, { ...signal, timestampMs: 0 }, config)).toBe(0);
  });
});

describe('a signal of which nobody knows what became of it', () => {
  const unsent: UnsentSignal = {
    fingerprint: '0123456789abcdef',
    timestampMs: SENT_AT_MS,
    untilMs: SENT_AT_MS + 300_000,
    repeat: 'oncefill signal send --timestamp 2023-11-14T22:13:20.123Z',
    wasSubmitted: true,
    wasAnswered: false,
  };
  const silent = new IntakeUnavailableError('No answer.');

  test('ends with the command to repeat on a line of its own', () => {
    const { message, exitCode } = unsentError(silent, unsent);
    expect(exitCode).toBe(ExitCode.UNAVAILABLE);
    expect(message.split('\n')).toEqual([
      expect.stringContaining('0123456789abcdef was accepted is not known'),
      unsent.repeat,
    ]);
  });

  test('is said not to have been sent where no connection was made', () => {
    const refused = new ServerUnavailableError('TEMPORAL_UNREACHABLE', 'No Temporal server runs.');
    const { message, exitCode } = unsentError(refused, { ...unsent, wasSubmitted: false });
    expect(exitCode).toBe(ExitCode.UNAVAILABLE);
    expect(message).toMatch(/^No Temporal server runs\. The signal 0123456789abcdef was not sent\./);
  });

  test('is told to programs with code, message and command', () => {
    expect(presentUnsent(silent, unsent)).toEqual({
      code: 'SERVER_UNAVAILABLE',
      message: expect.stringContaining('Until 22:18:20 UTC') as string,
      fingerprint: unsent.fingerprint,
      timestamp: '2023-11-14T22:13:20.123Z',
      repeat: unsent.repeat,
    });
  });

  test('keeps the exit code of any other failure, and has the command all the same', () => {
    const { message, exitCode } = unsentError(new Error('a fault'), unsent);
    expect(exitCode).toBe(ExitCode.FAILURE);
    expect(message.split('\n').at(-1)).toBe(unsent.repeat);
  });
});
