/**
 * The system's code of an error, such as `ENOENT`. Looks at the shape and not at the class: errors made by Node's core do
 * not always belong to the caller's realm.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
