/*
 * Prints a page of every text that the product may say to people, with where it stands, to be read as a whole:
 * `npm run messages > messages.md`. It is a list to read, not one to test against.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from '@swc/core';
import { packageRoot } from '../../src/config/package-root';

const ROOT = packageRoot();
const FOLDERS = ['src', 'workflows', 'workers', 'activities'];
/** Kept rules of former releases say what today's say. */
const KEPT_RULES = /^src\/domain\/rules-\d+\//;
/** Fewer words are names and codes; a sentence is what people read. */
const WORDS_MIN = 3;
const WORD = /\p{L}{2,}/gu;

interface Message {
  readonly line: number;
  readonly text: string;
}

interface Node {
  readonly type?: string;
  readonly span?: { readonly start: number; readonly end: number };
  readonly [field: string]: unknown;
}

/** What is written in a type, an import or a directive is not said. */
const UNSAID = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'TsLiteralType', 'TsImportType'];

function sourceFiles(): readonly string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
    .filter((name) => name.endsWith('.ts') && !KEPT_RULES.test(name))
    .toSorted();
}

function messagesOf(source: string): readonly Message[] {
  // Positions count bytes, on from what was parsed before.
  const base = parseSync('', { syntax: 'typescript' }).span.end;
  const bytes = Buffer.from(source);
  const tree = parseSync(source, { syntax: 'typescript' }) as unknown as Node;
  const found: Message[] = [];
  const written = ({ start, end }: { start: number; end: number }): string =>
    bytes.subarray(start - base, end - base).toString();

  function visit(node: unknown): void {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { type, span, ...fields } = node as Node;
    if (UNSAID.includes(type ?? '')) return;
    if (span !== undefined && (type === 'StringLiteral' || type === 'TemplateLiteral')) {
      const text = written(span)
        .slice(1, -1)
        .replaceAll(/\s*\n\s*/g, ' ');
      const line = bytes
        .subarray(0, span.start - base)
        .toString()
        .split('\n').length;
      if ((text.match(WORD) ?? []).length >= WORDS_MIN && text.includes(' ')) found.push({ line, text });
    }
    Object.values(fields).forEach(visit);
  }
  visit(tree['body']);
  return found;
}

for (const file of sourceFiles()) {
  const messages = messagesOf(readFileSync(join(ROOT, file), 'utf8'));
  if (messages.length === 0) continue;
  process.stdout.write(`\n## ${relative('.', file)}\n\n`);
  for (const { line, text } of messages) process.stdout.write(`- ${line}: ${text}\n`);
}
