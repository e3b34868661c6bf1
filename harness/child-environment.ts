/** What a program needs to run; the last two say where fetched binaries lie. */
const INHERITED_VARIABLES = ['HOME', 'LANG', 'PATH', 'TMPDIR', 'TZ', 'ONCEFILL_CACHE_DIR', 'XDG_CACHE_HOME'] as const;

/**
 * The environment of a process that tests, attack or measurements start: a list, so that nothing from outside leads the
 * product to another server, venue or folder, or hands it somebody's keys.
 *
 * @param own variables beside the inherited ones
 */
export function childEnvironment(own: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = INHERITED_VARIABLES.filter((name) => process.env[name] !== undefined);
  return { ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])), NO_COLOR: '1', ...own };
}
