/*
 * The routes that answer without a token: load balancers have none, the page and its files hold no data, and a session is how a browser
 * shows one.
 */

export const HEALTH_PATH = '/health';
export const PAGE_PATH = '/';
/** The page's files, by their names. */
export const PAGE_FILE_PATH = '/page/:name';
export const SESSION_PATH = '/api/session';

const OPEN_PATHS: readonly (string | undefined)[] = [HEALTH_PATH, PAGE_PATH, PAGE_FILE_PATH, SESSION_PATH];

/** @param path of the route, as it was declared; absent: there is none */
export function isOpenPath(path: string | undefined): boolean {
  return path !== undefined && OPEN_PATHS.includes(path);
}
