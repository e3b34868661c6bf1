import { byId, visible } from './dom.js';

/**
 * The tab: what is at stake, whether news still come, and whether something is critical.
 */

/** @type {Readonly<Record<string, string>>} */
const COLOURS = { paper: '#1f6fd0', testnet: '#6b5fc7', demo: '#6b5fc7', live: '#e07a00' };
const LOST_COLOUR = '#6b7280';
const CRITICAL_COLOUR = '#c2410c';

/** @param {import('./store.js').Store} store */
export function showTitle(store) {
  const icon = byId('icon', HTMLLinkElement);
  store.on(['hello', 'stream', 'alerts'], () => {
    const { hello, stream } = store;
    const environment = hello?.environment;
    const critical = (store.value('alerts')?.open ?? []).filter(
      (alert) => alert.severity === 'critical' && !alert.is_silenced,
    ).length;
    const isLost = stream.kind === 'lost' || stream.kind === 'token needed';
    const words = [
      isLost && '✕ no connection',
      stream.kind === 'paused' && 'paused',
      critical > 0 && `▲ ${critical} critical`,
      environment && `${environment.toUpperCase()} ${hello.venue}`,
      'oncefill',
    ];
    document.title = visible(words.filter(Boolean).join(' – '));
    const letter = isLost ? '✕' : critical > 0 ? '!' : (environment?.[0]?.toUpperCase() ?? 'o');
    const colour = isLost ? LOST_COLOUR : critical > 0 ? CRITICAL_COLOUR : (COLOURS[environment ?? ''] ?? LOST_COLOUR);
    const href = iconOf(letter, colour);
    if (icon.href !== href) icon.href = href;
  });
}

/** @param {string} letter @param {string} colour */
function iconOf(letter, colour) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${colour}"/><text x="16" y="23" text-anchor="middle" font-family="system-ui,sans-serif" font-weight="700" font-size="20" fill="#fff">${letter}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
