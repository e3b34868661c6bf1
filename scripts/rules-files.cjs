const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

/**
 * The files that the account's rules are made of, sorted: src/domain/account-rules.ts, and all that it imports.
 *
 * @param {string} root the project's folder
 */
function filesOfRules(root) {
  const found = new Set();
  const waiting = [join(root, 'src/domain/account-rules.ts')];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g);
    for (const [, path] of imports) waiting.push(`${join(dirname(file), path)}.ts`);
  }
  return [...found].toSorted((one, other) => (one < other ? -1 : 1));
}

module.exports = { filesOfRules };
