import {
  parseSync,
  type CallExpression,
  type ExportAllDeclaration,
  type ExportNamedDeclaration,
  type ImportDeclaration,
  type Node,
  type TsImportEqualsDeclaration,
  type TsImportType,
} from '@swc/core';

/** One import of a file, as it is written. */
export interface Import {
  /** What stands between the quotes: a relative path or a package. */
  readonly specifier: string;
  /** It brings types only, so nothing of it is left when the program runs. */
  readonly typesOnly: boolean;
}

/** What can import, of all that a parsed source is made of. */
type Importing =
  | ImportDeclaration
  | ExportNamedDeclaration
  | (ExportAllDeclaration & { readonly typeOnly?: boolean })
  | TsImportEqualsDeclaration
  | TsImportType
  | CallExpression;

/**
 * Every import of a source text, in its order. Unseen are: a path that is computed when the program runs; `require` under another
 * name, such as what `createRequire` returns; and a path that is only resolved, as by `require.resolve`.
 *
 * @throws Error when the text is neither TypeScript nor JavaScript
 */
export function findImports(source: string): Import[] {
  const imports: Import[] = [];
  visit(parseSync(source, { syntax: 'typescript', decorators: true }), (node) => {
    const found = importOf(node as Importing);
    if (found !== undefined) imports.push(found);
  });
  return imports;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value) see(value as Node);
  for (const part of Object.values(value)) visit(part, see);
}

function importOf(node: Importing): Import | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
      return asImport(node.source?.value, node.typeOnly || bringsTypesOnly(node));
    case 'ExportAllDeclaration':
      return asImport(node.source.value, node.typeOnly === true);
    case 'TsImportEqualsDeclaration':
      if (node.moduleRef.type !== 'TsExternalModuleReference') return undefined;
      return asImport(node.moduleRef.expression.value, node.isTypeOnly);
    case 'TsImportType':
      return asImport(node.argument.value, true);
    case 'CallExpression':
      return loads(node) ? asImport(firstText(node), false) : undefined;
    default:
      return undefined;
  }
}

function asImport(specifier: string | undefined, typesOnly: boolean): Import | undefined {
  return specifier === undefined ? undefined : { specifier, typesOnly };
}

/** `{ type A, type B }`. */
function bringsTypesOnly({ specifiers }: ImportDeclaration | ExportNamedDeclaration): boolean {
  return specifiers.length > 0 && specifiers.every((one) => 'isTypeOnly' in one && one.isTypeOnly);
}

/** `import(…)`, `require(…)`, `require.call(…)`, `require.apply(…)`, `module.require(…)`, `process.getBuiltinModule(…)`. */
function loads({ callee }: CallExpression): boolean {
  if (callee.type === 'Import') return true;
  if (callee.type === 'Identifier') return callee.value === 'require';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  const name = callee.property.value;
  if (['call', 'apply'].includes(name)) return callee.object.type === 'Identifier' && callee.object.value === 'require';
  return ['require', 'getBuiltinModule'].includes(name);
}

/** The first text among the arguments of a call, or in a list among them. */
function firstText(call: CallExpression): string | undefined {
  const values = call.arguments.flatMap(({ expression }) =>
    expression.type === 'ArrayExpression' ? expression.elements.map((one) => one?.expression) : [expression],
  );
  for (const value of values) {
    if (value?.type === 'StringLiteral') return value.value;
    if (value?.type === 'TemplateLiteral' && value.expressions.length === 0) return value.quasis[0]?.cooked;
  }
  return undefined;
}
