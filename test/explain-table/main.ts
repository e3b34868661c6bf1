// Prints the explanation of every way in which a signal may end, be refused or wait, made by the rules of the product:
//
//   npm run explain-table [-- PART OF A NAME]
import { renderExplanation } from '../../src/cli/render-explanation';
import { styleFor } from '../../src/cli/terminal';
import { TABLE } from './table';

async function main(part: string): Promise<void> {
  const style = styleFor(process.stdout);
  for (const [chapter, scenarios] of Object.entries(TABLE)) {
    process.stdout.write(`\n## ${chapter}\n`);
    for (const [name, scenario] of Object.entries(scenarios)) {
      if (!scenario || !name.includes(part)) continue;
      const shown = renderExplanation(await scenario.told(), style);
      process.stdout.write(`\n### ${name}: ${scenario.what}\n\n${shown}\n`);
    }
  }
}

void main(process.argv.slice(2).join(' '));
