/** The paper venue as its own process: what the command line asks for is what it does. */
import { Installation } from '../../harness/installation';
import { runningProcesses } from '../../harness/running-processes';
import { ExitCode } from '../../src/process/exit-codes';
import { eventually } from '../support/engine';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';

let installation: Installation;

beforeEach(async () => {
  installation = await Installation.create({ name: 'paper-venue' });
}, SERVER_START_TIMEOUT_MS);

afterEach(() => installation.close());

test('--faults gives the paper venue its plan', async () => {
  installation.spawn(['paper-venue', '--faults', 'seed=7,rate=0.2']);
  const shown = await eventually(async () => {
    const response = await fetch(`${installation.venueUrl}/paper/faults`).catch(() => undefined);
    return response?.json();
  });
  expect(shown).toMatchObject({ plan: { seed: 7, rate: 0.2 }, classes: expect.arrayContaining([expect.any(String)]) });
});

test.each([
  ['a plan that cannot be read', ['start', '--faults', 'seed=7,rate=2']],
  ['a mode without a paper venue', ['start', '--mode', 'api', '--faults', 'seed=7,rate=0.2']],
])('start refuses --faults with %s, and starts nothing', async (_what, words) => {
  const { exitCode } = await installation.run(words);
  expect(exitCode).toBe(ExitCode.USAGE);
  expect(runningProcesses(installation.dataDir)).toEqual([]);
});
