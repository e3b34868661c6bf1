/** One import of a file, as it is written. */
export interface Import {
  /** What stands between the quotes: a relative path or a package. */
  readonly specifier: string;
  /** It brings types only, so nothing of it is left when the program runs. */
  readonly typesOnly: boolean;
}

/** `import … from '…'` and `export … from '…'`; a statement begins its line, and no quote comes before its path. */
const STATEMENT = /^\s*(?:import|export)\b(\s+type\b)?\s*([\w$*{][^'";]*?|)\bfrom\s*['"]([^'"]+)['"]/gm;
/** `import '…'`. */
const BARE = /^\s*import\s*['"]([^'"]+)['"]/gm;
/** `import('…')`, `require('…')` and `import name = require('…')`. */
const CALL = /\b(?:import|require)\(\s*['"`]([^'"`]+)['"`]/g;
/** A line that is all comment; what stands behind code is taken for code, which can only find too much. */
const COMMENT_LINE = /^\s*(?:\/\/|\/\*|\*(?:\s|\/|$)).*$/gm;
/** `{ type A, type B }`. */
const TYPES_ONLY_CLAUSE = /^\{\s*(?:type\s+[^,}]+,?\s*)+\}\s*$/;

/** Every import of a source text, in no special order. A path that is computed when the program runs is not seen. */
export function findImports(source: string): Import[] {
  const code = source.replace(COMMENT_LINE, '');
  const statements = [...code.matchAll(STATEMENT)].map(([, type, clause, specifier]) => ({
    specifier: specifier!,
    typesOnly: type !== undefined || TYPES_ONLY_CLAUSE.test(clause!),
  }));
  const others = [...code.matchAll(BARE), ...code.matchAll(CALL)];
  return [...statements, ...others.map(([, specifier]) => ({ specifier: specifier!, typesOnly: false }))];
}
