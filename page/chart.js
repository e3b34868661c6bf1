import { h } from './dom.js';
import { THEME_EVENT } from './theme.js';

/**
 * Lines over time. A canvas says nothing to who cannot see it: a sentence stands beside each chart, and is its label.
 */

const HEIGHT_PX = 150;
const DAY_SECONDS = 86_400;
const AXIS_FONT = '11px system-ui, sans-serif';
/** Beside the figures of an axis; it is so wide at least, so that it seldom moves. */
const AXIS_GAP_PX = 14;
const AXIS_PX_MIN = 56;
/** Within which ticks tell seconds, too. */
const SHORT_SECONDS = 240;

/** @typedef {{ label: string, colour: string, dash?: number[], isStepped?: boolean }} Line `colour`: the name of a custom property */

/**
 * @param {object} options
 * @param {readonly Line[]} options.lines
 * @param {(value: number) => string} options.format
 */
export function createChart({ lines, format }) {
  const frame = h('div', { class: 'chart', role: 'img' });
  /** @type {import('uplot') | undefined} */
  let chart;
  /** @type {import('uplot').AlignedData} */
  let data = [[]];

  const draw = async () => {
    const { default: UPlot } = await import('./uplot.js');
    const width = frame.clientWidth;
    if (width === 0) return;
    chart?.destroy();
    chart = new UPlot(optionsOf(UPlot, lines, format, width, frame), data, frame);
  };
  // A chart that cannot be drawn leaves its sentence.
  const redraw = () => void draw().catch((error) => console.error(error));
  new ResizeObserver(() => {
    if (!chart) redraw();
    else if (chart.width !== frame.clientWidth && frame.clientWidth > 0)
      chart.setSize({ width: frame.clientWidth, height: HEIGHT_PX });
  }).observe(frame);
  document.addEventListener(THEME_EVENT, () => chart && redraw());

  return {
    element: frame,
    /**
     * @param {import('uplot').AlignedData} next
     * @param {string} sentence
     */
    update(next, sentence) {
      data = next;
      frame.setAttribute('aria-label', sentence);
      if (chart) chart.setData(next);
      else redraw();
    },
  };
}

/**
 * @param {typeof import('uplot')} UPlot
 * @param {readonly Line[]} lines
 * @param {(value: number) => string} format
 * @param {number} width
 * @param {HTMLElement} frame
 * @returns {import('uplot').Options}
 */
function optionsOf(UPlot, lines, format, width, frame) {
  const colour = (/** @type {string} */ name) => colourOf(frame, name);
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: AXIS_FONT,
  };
  return {
    width,
    height: HEIGHT_PX,
    tzDate: (seconds) => utcDate(seconds),
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    axes: [
      { ...axis, space: 64, size: 26, values: (_chart, seconds) => timeTicks(seconds) },
      { ...axis, size: (one, words) => widthOf(one, words), space: 28, values: (_chart, values) => values.map(format) },
    ],
    series: [
      {},
      ...lines.map(({ label, colour: name, dash, isStepped }) => ({
        label,
        stroke: colour(name),
        width: 1.5,
        dash,
        points: { show: false },
        ...(isStepped && { paths: UPlot.paths.stepped?.({ align: 1 }) }),
      })),
    ],
  };
}

/** What the longest word beside an axis needs, pixels. @param {import('uplot')} chart @param {string[] | null} words */
function widthOf({ ctx }, words) {
  ctx.save();
  ctx.font = AXIS_FONT;
  const widths = (words ?? []).map((word) => ctx.measureText(word).width);
  ctx.restore();
  return Math.max(AXIS_PX_MIN, Math.ceil(Math.max(0, ...widths)) + AXIS_GAP_PX);
}

/** Axes show UTC, as all of the page does. @param {number} seconds */
function utcDate(seconds) {
  const date = new Date(seconds * 1_000);
  return new Date(date.getTime() + date.getTimezoneOffset() * 60_000);
}

/** @param {number[]} seconds those of the ticks */
function timeTicks(seconds) {
  const span = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0);
  return seconds.map((second) => {
    const iso = new Date(second * 1_000).toISOString();
    if (span > DAY_SECONDS) return iso.slice(5, 10);
    return iso.slice(11, span > SHORT_SECONDS ? 16 : 19);
  });
}

/** A canvas knows no custom properties. @param {HTMLElement} frame @param {string} name */
function colourOf(frame, name) {
  const probe = h('span', { hidden: true });
  probe.style.color = `var(${name})`;
  frame.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
