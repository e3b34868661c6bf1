/** What is at risk between a fill and the report that contains it: never less than there is, and not twice what a report shows. */
import { Exposure } from '../../../../src/domain/risk/exposure';
import { Desk, LAG_MS, MINUTE_MS } from './desk';

const atRisk = (desk: Desk) =>
  new Exposure(
    desk.book,
    desk.ledger.pending.map(({ reservation }) => reservation),
  )
    .of('BTCUSDT')
    .toFixed();

/** An entry of 17.01, worth 1701, that filled a moment ago. */
function filled(desk: Desk): void {
  const command = desk.command('BTCUSDT', { quantity: '17.01' });
  desk.reserve(command);
  desk.pass(200).commit(command.reservationId);
}

test('what filled counts once from the report on that shows it, long before every report is certain to', () => {
  const desk = new Desk();
  filled(desk);
  expect(atRisk(desk)).toBe('1701');
  const row = desk.row('BTCUSDT', { size: '17.01', updatedAtMs: desk.nowMs });
  desk.pass(LAG_MS / 4).report([row]);
  expect(atRisk(desk)).toBe('1701');
});

test.each([
  ['is smaller', { size: '17' }],
  ['changed last before the fill', { size: '18', updatedAtMs: 1 }],
  ['is of the other side', { size: '18', side: 'SHORT' as const }],
])('where the row %s, both count until the report that is certain to contain the fill', (_name, change) => {
  const desk = new Desk();
  filled(desk);
  const row = desk.row('BTCUSDT', { updatedAtMs: desk.nowMs, ...change });
  desk.report([row]);
  const worth = Number(change.size) * 100;
  expect(atRisk(desk)).toBe(String(worth + 1701));
  desk.pass(LAG_MS).report([{ ...row, sequence: 2 }]);
  expect(atRisk(desk)).toBe(String(worth));
});

test('one that is booked after the report that shows it is counted once, before as well', () => {
  const desk = new Desk();
  const command = desk.command('BTCUSDT', { quantity: '17.01' });
  desk.reserve(command);
  const executedAtMs = desk.pass(200).nowMs;
  desk.pass(100).report([desk.row('BTCUSDT', { size: '17.01', updatedAtMs: executedAtMs })]);
  expect(atRisk(desk)).toBe('1701');
  desk.pass(100).commit(command.reservationId, undefined, executedAtMs);
  expect(atRisk(desk)).toBe('1701');
});

test('of one that filled in part the rest counts beside the position', () => {
  const desk = new Desk();
  desk.reserve(desk.command('BTCUSDT', { quantity: '17.01' }));
  desk.pass(200).report([desk.row('BTCUSDT', { size: '10', updatedAtMs: desk.nowMs })]);
  expect(atRisk(desk)).toBe('1701');
});

test('what was open before an order, and is nobody’s here, is not that order', () => {
  const desk = new Desk({ positions: { onOpposite: 'net' } });
  const stranger = desk.row('BTCUSDT', { size: '17.01' });
  desk.report([stranger]);
  desk.pass(MINUTE_MS).report([stranger]);
  desk.reserve(desk.command('BTCUSDT', { quantity: '17.01' }));
  desk.pass(1_000).report([{ ...stranger, sequence: 2, updatedAtMs: desk.nowMs }]);
  expect(atRisk(desk)).toBe('3402');
});

test('an entry that enlarges a position counts once where the report shows both', () => {
  const desk = new Desk({ positions: { adds: 1 } });
  const row = desk.open('BTCUSDT', { size: '1' });
  desk.pass(5_000).report([row]);
  filled(desk);
  desk.report([{ ...row, sequence: 2, size: '18.01', updatedAtMs: desk.nowMs }]);
  expect(atRisk(desk)).toBe('1801');
});
