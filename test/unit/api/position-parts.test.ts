import type { Client } from '@temporalio/client';
import { positionParts } from '../../../src/api/position-parts';
import { loadConfig } from '../../../src/config/load-config';
import { IntakeUnavailableError } from '../../../src/intake/types';
import { OtherStoreError, ServerUnavailableError } from '../../../src/temporal/errors';

/** Whoever is asked all the same fails the test by its own error. */
const UNASKED = {} as Client;
const CONFIG = loadConfig({ env: {}, cwd: '/' });

function storeThatSays(error: Error) {
  return { isConfirmed: false, confirm: () => Promise.reject(error) };
}

const WISH = { by: 'somebody', reason: 'a reason' };
type Parts = ReturnType<typeof positionParts>;
const ACTS: Readonly<Record<string, (parts: Parts) => Promise<unknown>>> = {
  close: ({ positions }) => positions.close('BTCUSDT', { requestId: 'r', words: 'w', reason: 'OPERATOR' }),
  protect: ({ positions }) => positions.protect('BTCUSDT', { requestId: 'r', words: 'w', stopLoss: '1' }),
  flatten: ({ flatten }) => flatten('a reason', 'somebody'),
  halt: ({ trading }) => trading!.changeTrading({ act: 'halt', ...WISH } as never),
  'pause of predictions': ({ predictions }) => predictions!.pause(WISH),
  'resumption of predictions': ({ predictions }) => predictions!.resume(WISH),
  'change of predictions': ({ predictions }) => predictions!.change({ settings: {}, by: 'somebody' }),
};

test.each(Object.keys(ACTS))('a %s at a server that does not say which store it has is unavailable', async (name) => {
  const silent = storeThatSays(new ServerUnavailableError('TEMPORAL_UNREACHABLE', 'It does not answer.'));
  await expect(ACTS[name]!(positionParts(UNASKED, CONFIG, silent))).rejects.toBeInstanceOf(IntakeUnavailableError);
});

test.each(Object.keys(ACTS))('a %s never reaches another store', async (name) => {
  const other = storeThatSays(new OtherStoreError('It is another one.'));
  await expect(ACTS[name]!(positionParts(UNASKED, CONFIG, other))).rejects.toBeInstanceOf(OtherStoreError);
});
