/** As the API tells times. @param timeMs milliseconds UTC; absent: not known */
export function isoTime(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}
