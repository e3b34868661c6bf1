import { explainByEngine } from '../../../src/observability/engine-start';
import { unhealthy, type PartHealth } from '../../../src/observability/part-health';

const NOW_MS = Date.UTC(2026, 0, 5, 12);
const SERVER: PartHealth = { name: 'temporal', status: 'healthy', text: 'namespace oncefill-paper' };
const UNASKED = unhealthy(
  'venue_account',
  'bybit: the trading engine did not answer within 3 s: it is busy or starting',
);

function engine(change: Partial<PartHealth>): PartHealth {
  return { name: 'trading_engine', status: 'healthy', text: 'idle', startedAtMs: NOW_MS - 60_000, ...change };
}

const accountBeside = (one: PartHealth, account = UNASKED, server = SERVER) =>
  explainByEngine([server, one, account], NOW_MS)[2];

test.each<[string, PartHealth]>([
  ['has sent no heartbeat yet', engine({ status: 'starting', text: 'no heartbeat yet' })],
  ['registered just now', engine({ startedAtMs: NOW_MS - 5_000 })],
])('while the engine %s, an account that does not answer is starting', (_name, one) => {
  expect(accountBeside(one)).toEqual({
    name: 'venue_account',
    status: 'starting',
    text: 'the engine is not ready yet',
  });
});

test.each(['not running', 'never started'])('where the engine is %s, that is why nobody answers', (text) => {
  expect(accountBeside(unhealthy('trading_engine', text))).toEqual(
    unhealthy('venue_account', 'cannot be asked: no engine is ready to answer'),
  );
});

test.each<[string, PartHealth, PartHealth, PartHealth]>([
  ['an engine that runs explains nothing', engine({}), UNASKED, SERVER],
  ['a part that answered is left alone', engine({ status: 'starting' }), { ...UNASKED, status: 'degraded' }, SERVER],
  ['a part of another process is left alone', engine({ status: 'starting' }), unhealthy('paper_venue', 'x'), SERVER],
  ['a server that is down explains more', engine({ status: 'starting' }), UNASKED, unhealthy('temporal', 'x')],
])('%s', (_name, one, account, server) => {
  expect(accountBeside(one, account, server)).toBe(account);
});
