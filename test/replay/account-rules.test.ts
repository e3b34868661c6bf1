/** Nobody changes the account's rules by accident: what they are made of is the version that is written down. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { transformSync } from '@swc/core';
import { filesOfRules } from '../../scripts/rules-files.cjs';
import { packageRoot } from '../../src/config/package-root';
import { ACCOUNT_RULES } from '../../workflows/account-rules';

const ROOT = packageRoot();

/** Of what runs: comments, types and spaces do not count. */
function hashOfRules(): string {
  const hash = createHash('sha256');
  for (const file of filesOfRules(ROOT)) {
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022', minify: { compress: false, mangle: false } },
      minify: true,
    });
    hash.update(`${relative(ROOT, file)}\0${code}\0`);
  }
  return hash.digest('hex');
}

test("today's rules are those of the version that is written down", () => {
  // It fails where the rules were changed: see "Changing a rule of the account" in CONTRIBUTING.md.
  const known: unknown = JSON.parse(readFileSync(join(__dirname, 'account-rules.json'), 'utf8'));
  expect({ version: ACCOUNT_RULES.length, sha256: hashOfRules() }).toEqual(known);
});
