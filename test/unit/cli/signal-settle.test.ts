import { readSettlement, type SettleOptions } from '../../../src/cli/signal-settle';
import { ExitCode } from '../../../src/process/exit-codes';

const REASON = { reason: 'seen in the order history' };

test.each<[string, SettleOptions, object]>([
  ['what filled', { ...REASON, filled: '0.01', price: '43000' }, { filledQuantity: '0.01', averagePrice: '43000' }],
  [
    'what filled, with its fee',
    { ...REASON, filled: '0.01', price: '43000', fee: '0' },
    { filledQuantity: '0.01', averagePrice: '43000', fee: '0' },
  ],
  ['that nothing filled', { ...REASON, nothing: true }, { filledQuantity: '0' }],
])('the options say %s', async (_name, options, command) => {
  expect(await readSettlement(options)).toEqual({ ...command, ...REASON });
});

test.each<[string, SettleOptions, string]>([
  ['neither a figure nor --nothing', REASON, '--nothing'],
  ['--nothing with --filled', { ...REASON, nothing: true, filled: '1' }, '--filled'],
  ['--nothing with --price', { ...REASON, nothing: true, price: '1' }, '--price'],
  ['--nothing with --fee', { ...REASON, nothing: true, fee: '1' }, '--fee'],
  ['--price without --filled', { ...REASON, price: '1' }, '--filled'],
  ['--filled without --price', { ...REASON, filled: '1' }, '--price'],
  ['--filled 0', { ...REASON, filled: '0' }, '--nothing'],
  ['--filled 0 with --price', { ...REASON, filled: '0', price: '1' }, '--filled'],
  ['--filled below zero', { ...REASON, filled: '-1', price: '1' }, '--filled'],
  ['--filled that is no number', { ...REASON, filled: 'all', price: '1' }, '--filled'],
  ['--price 0', { ...REASON, filled: '1', price: '0' }, '--price'],
  ['--fee that is no number', { ...REASON, filled: '1', price: '1', fee: '1e3' }, '--fee'],
  ['an empty reason', { reason: ' ', nothing: true }, '--reason'],
])('%s is a wrong command line, and the option is named', async (_name, options, named) => {
  await expect(readSettlement(options)).rejects.toMatchObject({
    exitCode: ExitCode.USAGE,
    message: expect.stringContaining(named) as string,
  });
});
