/** Workflow code replays for as long as a run is open: nothing that reads a clock, a file or a socket may get into it. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { SEALED_WORKFLOW_BUNDLE_PATH, WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';

/** Every worker process holds it, with the map to lines of the sources, and without a copy of these. Each kept version of the account's rules adds to it. */
const BUNDLE_BYTES_MAX = 3_600_000;

/** From the folder that holds what was compiled. */
const OWN_MODULE = /^\.\/(workflows|src\/domain|src\/messages)\/.*\.js$/;
/** What seals failures, in the bundle for sealed histories alone. */
const FAILURE_CONVERTER = './src/temporal/codec/failure-converter.js';
/** The SDK's two hooks for converters, which this product leaves empty. */
const EMPTY_MODULE = /^\?[0-9a-f]+$/;
/** What workflows are made of. Not in it, for example: ccxt, onnxruntime-node, pino, undici, and the SDK's other parts. */
const PACKAGES_ALLOWED = ['@temporalio/common', '@temporalio/workflow', 'decimal.js', 'long', 'ms', 'nexus-rpc'];

/** The modules that a bundle is made of. */
function modulesOf(code: string): readonly string[] {
  return [...code.matchAll(/^\/\*{3}\/ "([^"]+)"/gm)].map(([, id]) => id!);
}

function isAllowed(id: string): boolean {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
  if (name !== undefined) return PACKAGES_ALLOWED.includes(name);
  return OWN_MODULE.test(id) || EMPTY_MODULE.test(id);
}

const FAILURE_HOOK = '__temporal_custom_failure_converter';
const PAYLOAD_HOOK = '__temporal_custom_payload_converter';

describe.each([
  ['the bundle', WORKFLOW_BUNDLE_PATH, [], [FAILURE_HOOK, PAYLOAD_HOOK]],
  ['the bundle for sealed histories', SEALED_WORKFLOW_BUNDLE_PATH, [FAILURE_CONVERTER], [PAYLOAD_HOOK]],
])('%s', (_name, path, own: readonly string[], emptyHooks) => {
  const code = readFileSync(path, 'utf8');
  const moduleIds = modulesOf(code);

  test('it holds what is its own', () => {
    expect(moduleIds).toEqual(expect.arrayContaining([...own]));
  });

  test('it holds every workflow', () => {
    const names = ['component', 'ml-manager', 'ml-retrainer', 'position', 'signal', 'venue-account'];
    expect(moduleIds).toEqual(expect.arrayContaining(names.map((name) => `./workflows/${name}.js`)));
  });

  test('it holds nothing that workflows may not use', () => {
    expect(moduleIds.filter((id) => !isAllowed(id) && !own.includes(id))).toEqual([]);
  });

  test('it asks for no module of Node', () => {
    const asked = [...code.matchAll(/(?<![\w.])require\(["']([^"']+)["']\)/g)].map(([, name]) => name!);
    expect(asked.filter((name) => name.startsWith('node:') || builtinModules.includes(name))).toEqual([]);
  });

  test('the empty modules are the hooks for converters', () => {
    const ignored = [...code.matchAll(/^ {2}!\*{3} (\S+) \(ignored\)/gm)].map(([, name]) => name!);
    expect(ignored.toSorted((left, right) => (left < right ? -1 : 1))).toEqual(emptyHooks);
  });

  test('it stays small', () => {
    expect(Buffer.byteLength(code)).toBeLessThan(BUNDLE_BYTES_MAX);
  });
});

/** They are loaded once for all workflows of a worker: what one wrote there, another would read. */
test('no module of ours keeps state', () => {
  const files = ['workflows', 'src/domain', 'src/messages'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const variable = /^(?:export )?(?:let|var) |^(?:export )?const \w+(?:: [^=]+)? = new (?:Map|Set|WeakMap|Array)\b/m;
  const sources = files.filter((file) => file.endsWith('.ts'));
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter((file) => variable.test(readFileSync(file, 'utf8')))).toEqual([]);
});
