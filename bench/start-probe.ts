// Loaded before everything else into each process of a measured start (node --require): notes when its steps began and
// ended. The product knows nothing of it, and is the one that users run.
import { appendFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { packageRoot } from '../src/config/package-root';
import { PHASES_FILE, STEPS, type Phase } from './start-steps';

type Call = (...given: unknown[]) => unknown;

/** Shorter loads are many, and say nothing. */
const LOAD_NOTED_MIN_MS = 3;

const folder = process.env['DATA_DIR'];
const isWatched = isMainThread && folder !== undefined;
/** What follows the program's file: the command, and for a worker its component. */
const words = process.argv.slice(2);
const component = words.includes('--component') ? words[words.indexOf('--component') + 1] : words[0];

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function note(phase: Omit<Phase, 'process'>): void {
  appendFileSync(join(folder ?? '', PHASES_FILE), `${JSON.stringify({ process: component, ...phase })}\n`);
}

/** Notes how long a call takes, until its promise settles where it answers with one. */
function timed(what: string, call: Call): Call {
  return function timedCall(this: unknown, ...given: unknown[]): unknown {
    const fromMs = nowMs();
    const end = (): void => note({ what, fromMs, toMs: nowMs() });
    const answer = Reflect.apply(call, this, given);
    if (answer instanceof Promise) answer.then(end, end);
    else end();
    return answer;
  };
}

/** Replaces the functions of `STEPS` whose modules are there by now. */
function watchSteps(remaining: Map<string, readonly [string, string]>): void {
  for (const [file, [name, what]] of remaining) {
    const loaded = require.cache[file];
    if (!loaded?.loaded) continue;
    remaining.delete(file);
    const exported = loaded.exports as Record<string, unknown>;
    const step = exported[name];
    if (typeof step === 'function') exported[name] = timed(what, step as Call);
  }
}

function watchLoading(): void {
  const remaining = new Map(
    STEPS.map(([file, name, what]) => [join(packageRoot(), 'dist', `${file}.js`), [name, what]] as const),
  );
  const load = Reflect.get(Module.prototype, 'require') as Call;
  let depth = 0;
  const watched = function watchedRequire(this: NodeModule, id: string): unknown {
    const fromMs = nowMs();
    depth += 1;
    try {
      return Reflect.apply(load, this, [id]);
    } finally {
      depth -= 1;
      if (depth === 0) {
        watchSteps(remaining);
        const toMs = nowMs();
        if (toMs - fromMs >= LOAD_NOTED_MIN_MS) note({ what: 'modules', fromMs, toMs });
      }
    }
  };
  Reflect.set(Module.prototype, 'require', watched);
}

/** A process tells its supervisor when it is ready; the supervisor itself tells nobody. */
function watchReadiness(): void {
  const send = Reflect.get(process, 'send') as Call | undefined;
  if (!send) return;
  const watched = (...given: unknown[]): boolean => {
    const { kind } = given[0] as { readonly kind?: string };
    if (kind === 'ready') {
      const { user, system } = process.cpuUsage();
      note({ what: 'ready', fromMs: performance.timeOrigin, toMs: nowMs(), cpuMs: (user + system) / 1_000 });
    }
    return Reflect.apply(send, process, given) as boolean;
  };
  process.send = watched;
}

if (isWatched) {
  note({ what: 'node', fromMs: performance.timeOrigin, toMs: nowMs() });
  watchLoading();
  watchReadiness();
}
