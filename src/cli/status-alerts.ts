import type { StatusPart } from './render-status';

/** How people are told: as what runs was set up at its start, or as the next start would be. */
export async function alertsPart(dataDir: string): Promise<StatusPart> {
  const [{ channelSettings, describeAlerts, loadAlerts }, { compareChannels }] = await Promise.all([
    import('../config/alerts'),
    import('../observability/alerts/running-channels'),
  ]);
  const name = 'alerts';
  try {
    const alerts = loadAlerts({ env: process.env, cwd: process.cwd() });
    const running = compareChannels(dataDir, channelSettings(alerts));
    const words = running?.words ?? describeAlerts(alerts);
    const isStale = running !== undefined && running.differing.length > 0;
    const stale = `; ${alerts.file} and its variables say otherwise, which counts from the next start on`;
    return { name, status: 'healthy', text: isStale ? `${words}${stale}` : words };
  } catch (error) {
    if ((error as Error).name !== 'ConfigError') throw error;
    // Whoever asks may have less than what runs was started with.
    const words = compareChannels(dataDir, {})?.words;
    if (words !== undefined) return { name, status: 'healthy', text: words };
    return { name, status: 'degraded', text: 'the file of alert channels cannot be used: see "oncefill doctor"' };
  }
}
