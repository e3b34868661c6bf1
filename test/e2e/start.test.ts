import { Installation } from '../../harness/installation';
import { runningProcesses } from '../../harness/running-processes';
import { ExitCode } from '../../src/process/exit-codes';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';
import { filesWithKeys, FOREIGN_ENVIRONMENT, lookAtEnvironments } from './support/environments';
import { audit, send, waitForEnd, waitUntilNoneWorks, type SignalBody } from './support/trading';

/** Two starts and stops. */
const TEST_MAX_MS = 600_000;

function manualSignal(strategy: string): SignalBody {
  return { symbol: 'BTCUSDT', direction: 'BUY', strategy, timestamp: new Date().toISOString(), amount: '0.01' };
}

describe('the product, started as a user starts it', () => {
  let product: Installation;

  beforeEach(async () => {
    product = await Installation.create({ name: 'e2e' });
  }, SERVER_START_TIMEOUT_MS);

  afterEach(() => product.close());

  test(
    'a signal becomes one order, its repetition none, also after a restart, and Ctrl-C leaves nothing behind',
    async () => {
      const supervisor = product.start([], FOREIGN_ENVIRONMENT);
      await product.waitUntilHealthy();
      expect(lookAtEnvironments(product, supervisor.pid)).toEqual({
        processes: ['api', 'ml_manager', 'paper_venue', 'temporal', 'trading_engine'],
        strangers: [],
      });
      const signal = manualSignal('e2e-restart');

      const accepted = await send(product, signal);
      expect(accepted).toMatchObject({ httpStatus: 202, status: 'accepted' });
      const ended = await waitForEnd(product, accepted.fingerprint);
      expect(ended).toMatchObject({ outcome: 'FILLED', order: { filled_quantity: '0.01' } });

      const repeated = await send(product, signal);
      expect(repeated).toMatchObject({ httpStatus: 200, repeated: true, fingerprint: accepted.fingerprint });
      const changed = await send(product, { ...signal, amount: '0.02' });
      expect(changed).toMatchObject({ httpStatus: 409, conflicting: true });

      const clientOrderId = ended.order?.client_order_id ?? '';
      const books = await audit(product);
      expect(books.ordersPerClientId?.[clientOrderId]).toBe(1);
      expect(books.maxOrdersPerClientId).toBe(1);
      expect(books.limitBreaches.total).toBe(0);

      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
      expect(runningProcesses(product.dataDir)).toEqual([]);
      expect(filesWithKeys(product.dataDir)).toEqual([]);

      product.start();
      await product.waitUntilHealthy();
      expect(await send(product, signal)).toMatchObject({ httpStatus: 200, fingerprint: accepted.fingerprint });
      expect((await audit(product)).ordersPerClientId?.[clientOrderId]).toBe(1);
      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
      expect(runningProcesses(product.dataDir)).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    'the processes end by themselves when the supervisor is killed, and the next start goes on',
    async () => {
      const supervisor = product.start();
      await product.waitUntilHealthy();
      const signal = manualSignal('e2e-killed');
      const { fingerprint } = await send(product, signal);
      // As the system does when memory runs out.
      supervisor.kill('SIGKILL');
      await waitUntilNoneWorks(product);

      product.start();
      await product.waitUntilHealthy();
      const ended = await waitForEnd(product, fingerprint);
      expect(ended.outcome).toBe('FILLED');
      expect((await audit(product)).ordersPerClientId?.[ended.order?.client_order_id ?? '']).toBe(1);
      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
      expect(runningProcesses(product.dataDir)).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    'the command line tells a program what happened by its exit code',
    async () => {
      expect((await product.run(['signal', 'list'])).exitCode).toBe(ExitCode.UNAVAILABLE);
      expect((await product.run(['status'])).exitCode).toBe(ExitCode.UNAVAILABLE);
      product.start();
      await product.waitUntilHealthy();

      const { symbol, direction, strategy, timestamp } = manualSignal('e2e-cli');
      const words = ['--symbol', symbol, '--direction', direction, '--strategy', strategy, '--timestamp', timestamp];
      const command = ['signal', 'send', ...words, '--amount', '0.01', '--json'];
      const sent = await product.run([...command, '--wait']);
      expect(sent.exitCode).toBe(ExitCode.SUCCESS);
      expect(JSON.parse(sent.stdout)).toMatchObject({ status: 'accepted', signal: { outcome: 'FILLED' } });
      const repeated = await product.run(command);
      expect(repeated.exitCode).toBe(ExitCode.SUCCESS);
      expect(JSON.parse(repeated.stdout)).toMatchObject({ status: 'accepted', repeated: true });
      const conflicting = await product.run([...command, '--exit']);
      expect(conflicting.exitCode).toBe(ExitCode.REFUSED);
      expect(JSON.parse(conflicting.stdout)).toMatchObject({ conflicting: true, taken: { intent: 'entry' } });
      const settled = await product.run(['signal', 'settle', '0000000000000000', '--nothing', '--reason', 'none']);
      expect(settled.exitCode).toBe(ExitCode.NOT_FOUND);
      const tooLarge = ['--symbol', symbol, '--direction', direction, '--strategy', 'e2e-too-large', '--amount', '50'];
      const denied = await product.run(['signal', 'send', ...tooLarge, '--wait', '--json']);
      expect(denied.exitCode).toBe(ExitCode.NOT_FILLED);
      expect(JSON.parse(denied.stdout)).toMatchObject({ signal: { outcome: 'DENIED' } });

      expect((await product.run(['signal', 'show', '0000000000000000'])).exitCode).toBe(ExitCode.NOT_FOUND);
      expect((await product.run(['status'])).exitCode).toBe(ExitCode.SUCCESS);
      expect((await product.run(['start'])).exitCode).toBe(ExitCode.REFUSED);
      expect((await product.run(['start', '--mode=ml'])).exitCode).toBe(ExitCode.SUCCESS);
      expect((await product.run(['start', '--live'])).exitCode).toBe(ExitCode.USAGE);
      expect((await product.run(['start', '--mode=nothing'])).exitCode).toBe(ExitCode.USAGE);
      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
    },
    TEST_MAX_MS,
  );
});
