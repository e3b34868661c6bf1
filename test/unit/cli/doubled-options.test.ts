import { Command } from 'commander';
import { refuseDoubledOptions } from '../../../src/cli/doubled-options';

function run(...words: readonly string[]): void {
  const program = new Command('oncefill').option('--config <file>').exitOverride();
  program
    .command('send')
    .option('-a, --amount <quantity>')
    .option('--limit-price <price>')
    .option('--queue <name...>')
    .option('--wait')
    .action(() => undefined);
  refuseDoubledOptions(program);
  program.parse(words, { from: 'user' });
}

test.each([
  ['--amount', ['send', '--amount', '1', '--amount', '2']],
  ['--amount', ['send', '--amount=1', '--amount=1']],
  ['--amount', ['send', '-a', '1', '--amount', '2']],
  ['--limit-price', ['send', '--limit-price', '1', '--amount', '2', '--limit-price', '3']],
  ['--config', ['--config', 'a.yaml', 'send', '--config', 'b.yaml']],
])('%s that is given twice is refused by its name: %j', (option, words) => {
  expect(() => run(...words)).toThrow(`${option} is given twice; give it once.`);
});

test.each([
  ['once', ['--config', 'a.yaml', 'send', '--amount', '1', '--limit-price', '2']],
  ['a flag without a value', ['send', '--wait', '--wait']],
  ['a list', ['send', '--queue', 'a', '--queue', 'b']],
])('what is given %s is taken: %j', (_name, words) => {
  expect(() => run(...words)).not.toThrow();
});
