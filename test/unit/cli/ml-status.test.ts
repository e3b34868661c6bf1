import { readWhereMeant, SWITCHED_OFF } from '../../../src/cli/ml-status';
import { loadConfig } from '../../../src/config/load-config';

const config = loadConfig({ env: {}, cwd: '/' });
const off = { ml: { ...config.ml, enabled: false } };
const silent = () => Promise.reject(new Error('4 DEADLINE_EXCEEDED: Deadline exceeded'));

let told: jest.SpyInstance;
beforeEach(() => (told = jest.spyOn(process.stderr, 'write').mockReturnValue(true)));
afterEach(() => told.mockRestore());

test('where predictions are switched off, that is said, and not that nobody answers', async () => {
  expect(await readWhereMeant(off, silent)).toBeUndefined();
  expect(told.mock.calls.flat().join('')).toContain(SWITCHED_OFF);
});

test('where they are meant to be made, a loop that does not answer is told', async () => {
  await expect(readWhereMeant({ ml: { ...config.ml, enabled: true } }, silent)).rejects.toThrow('DEADLINE');
});
