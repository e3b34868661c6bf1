// Keeps today's rules of the account as they are, before they are changed: runs that began under them are replayed by them.
//
//   node scripts/freeze-rules.mjs VERSION
//
// Copies src/domain/account-rules.ts and everything of src/domain that it imports to src/domain/rules-VERSION.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import rules from './rules-files.cjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DOMAIN = join(ROOT, 'src/domain');

function freeze(version) {
  const target = join(DOMAIN, `rules-${version}`);
  if (!/^[1-9]\d*$/.test(version ?? '')) throw new Error('Usage: node scripts/freeze-rules.mjs VERSION');
  if (existsSync(target)) throw new Error(`Version ${version} is kept in ${relative(ROOT, target)} already.`);
  const files = rules.filesOfRules(ROOT);
  for (const file of files) {
    const copy = join(target, relative(DOMAIN, file));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
  }
  process.stdout.write(`${files.length} files are kept in ${relative(ROOT, target)}.\n`);
}

try {
  freeze(process.argv[2]);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
