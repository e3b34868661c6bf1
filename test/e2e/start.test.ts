import { ExitCode } from '../../src/process/exit-codes';
import { Product, type SignalBody } from './support/product';

/** Two starts and stops, the first of which may fetch the Temporal server. */
const TEST_MAX_MS = 600_000;

function manualSignal(strategy: string): SignalBody {
  return { symbol: 'BTCUSDT', direction: 'BUY', strategy, timestamp: new Date().toISOString(), amount: '0.01' };
}

describe('the product, started as a user starts it', () => {
  let product: Product;

  beforeEach(async () => {
    product = await Product.create();
  });

  afterEach(() => {
    product.dispose();
  });

  test(
    'a signal becomes one order, its repetition none, also after a restart, and Ctrl-C leaves nothing behind',
    async () => {
      product.start();
      await product.waitUntilHealthy();
      const signal = manualSignal('e2e-restart');

      const accepted = await product.send(signal);
      expect(accepted).toMatchObject({ httpStatus: 202, status: 'accepted' });
      const ended = await product.waitForEnd(accepted.fingerprint);
      expect(ended).toMatchObject({ outcome: 'FILLED', order: { filled_amount: '0.01' } });

      const repeated = await product.send(signal);
      expect(repeated).toMatchObject({ httpStatus: 409, conflicting: false, fingerprint: accepted.fingerprint });
      const changed = await product.send({ ...signal, amount: '0.02' });
      expect(changed).toMatchObject({ httpStatus: 409, conflicting: true });

      const clientOrderId = ended.order?.client_order_id ?? '';
      const audit = await product.audit();
      expect(audit.ordersPerClientId?.[clientOrderId]).toBe(1);
      expect(audit.maxOrdersPerClientId).toBe(1);
      expect(audit.limitBreaches.total).toBe(0);

      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
      expect(product.processes()).toEqual([]);

      product.start();
      await product.waitUntilHealthy();
      expect(await product.send(signal)).toMatchObject({ httpStatus: 409, fingerprint: accepted.fingerprint });
      expect((await product.audit()).ordersPerClientId?.[clientOrderId]).toBe(1);
      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
      expect(product.processes()).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    'the processes end by themselves when the supervisor is killed, and the next start goes on',
    async () => {
      product.start();
      await product.waitUntilHealthy();
      const signal = manualSignal('e2e-killed');
      const { fingerprint } = await product.send(signal);
      product.killSupervisor();
      await product.waitUntilNoneWorks();

      product.start();
      await product.waitUntilHealthy();
      const ended = await product.waitForEnd(fingerprint);
      expect(ended.outcome).toBe('FILLED');
      expect((await product.audit()).ordersPerClientId?.[ended.order?.client_order_id ?? '']).toBe(1);
      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
      expect(product.processes()).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    'the command line tells a program what happened by its exit code',
    async () => {
      expect((await product.run('signal', 'list')).exitCode).toBe(ExitCode.UNAVAILABLE);
      expect((await product.run('status')).exitCode).toBe(ExitCode.UNAVAILABLE);
      product.start();
      await product.waitUntilHealthy();

      const { symbol, direction, strategy, timestamp } = manualSignal('e2e-cli');
      const words = ['--symbol', symbol, '--direction', direction, '--strategy', strategy, '--timestamp', timestamp];
      const send = ['signal', 'send', ...words, '--amount', '0.01', '--json'];
      const sent = await product.run(...send, '--wait');
      expect(sent.exitCode).toBe(ExitCode.SUCCESS);
      expect(JSON.parse(sent.stdout)).toMatchObject({ status: 'accepted', signal: { outcome: 'FILLED' } });
      const repeated = await product.run(...send);
      expect(repeated.exitCode).toBe(ExitCode.REFUSED);
      expect(JSON.parse(repeated.stdout)).toMatchObject({ status: 'duplicate', conflicting: false });
      const tooLarge = ['--symbol', symbol, '--direction', direction, '--strategy', 'e2e-too-large', '--amount', '50'];
      const denied = await product.run('signal', 'send', ...tooLarge, '--wait', '--json');
      expect(denied.exitCode).toBe(ExitCode.NOT_FILLED);
      expect(JSON.parse(denied.stdout)).toMatchObject({ signal: { outcome: 'DENIED' } });

      expect((await product.run('signal', 'show', '0000000000000000')).exitCode).toBe(ExitCode.NOT_FOUND);
      expect((await product.run('status')).exitCode).toBe(ExitCode.SUCCESS);
      expect((await product.run('start')).exitCode).toBe(ExitCode.REFUSED);
      expect((await product.run('start', '--mode=ml')).exitCode).toBe(ExitCode.SUCCESS);
      expect((await product.run('start', '--live')).exitCode).toBe(ExitCode.USAGE);
      expect((await product.run('start', '--mode=nothing')).exitCode).toBe(ExitCode.USAGE);
      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
    },
    TEST_MAX_MS,
  );
});
