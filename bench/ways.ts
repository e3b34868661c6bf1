import { runFloor } from './floor/run-floor';
import type { MeasuredProduct } from './measured-product';
import { readProcessFigures, type ByPart, type HttpCpu } from './process-figures';
import {
  directIntake,
  httpIntake,
  senderIntake,
  travel,
  type EndTold,
  type Intake,
  type Load,
  type Travelled,
} from './road';
import type { Sender } from './sender';
import type { SignalMaker } from './signal-maker';
import type { WayName } from './speed-figures';

/** What came of one turn of a way. */
export interface WayRun {
  /** Until the venue had each order, milliseconds; absent where no venue is asked. */
  readonly acceptedMs?: readonly number[];
  /** Until all of each piece was done, milliseconds. */
  readonly doneMs: readonly number[];
  readonly perSecond: number;
  /** Processor time of each piece, milliseconds; absent where nobody reads it. */
  readonly cpuMs?: ByPart<number | undefined>;
  readonly httpCpuMs?: HttpCpu;
  /** The signals that were traded, where ours were. */
  readonly signals?: readonly Travelled[];
}

/** A way of doing work, ready to do more of it. */
export interface Way {
  readonly name: WayName;
  run(load: Load): Promise<WayRun>;
}

/** The ways of a product: the floor's and the road's. */
export function productWays(product: MeasuredProduct, maker: SignalMaker, sender: Sender): readonly Way[] {
  return [
    floorWay('floor', product, false),
    floorWay('floorEager', product, true),
    roadWay('road', product, maker, directIntake(product)),
    roadWay('roadTold', product, maker, directIntake(product), 'by the worker'),
    withHttpCpu(roadWay('roadHttp', product, maker, httpIntake(product)), product.apiPid),
    withHttpCpu(roadWay('roadSender', product, maker, senderIntake(sender)), product.apiPid, sender.pid),
  ];
}

/** The road of a second product, whose server waits for the disk. */
export function liveWays(product: MeasuredProduct, maker: SignalMaker): readonly Way[] {
  return [
    roadWay('roadLive', product, maker, directIntake(product)),
    withHttpCpu(roadWay('roadHttpLive', product, maker, httpIntake(product)), product.apiPid),
  ];
}

function floorWay(name: WayName, product: MeasuredProduct, eagerly: boolean): Way {
  const run = async (load: Load): Promise<WayRun> => {
    const { completedMs: doneMs, perSecond, cpuMs } = await runFloor(product, { ...load, eagerly });
    return { doneMs, perSecond, cpuMs };
  };
  return { name, run };
}

function roadWay(name: WayName, product: MeasuredProduct, maker: SignalMaker, intake: Intake, told?: EndTold): Way {
  const run = async (load: Load): Promise<WayRun> => {
    const { signals, perSecond, cpuMs } = await travel(product, maker, intake, load, told);
    return {
      acceptedMs: signals.map(({ acceptedMs }) => acceptedMs),
      doneMs: signals.map(({ settledMs }) => settledMs),
      perSecond,
      cpuMs,
      signals,
    };
  };
  return { name, run };
}

/** The same way, with what its API and its sender used. */
function withHttpCpu(way: Way, api: number | undefined, sender?: number): Way {
  const cpuMsOf = (pid: number | undefined) => (pid === undefined ? undefined : readProcessFigures(pid)?.cpuMs);
  return {
    name: way.name,
    async run(load) {
      const before = [cpuMsOf(api), cpuMsOf(sender)];
      const ran = await way.run(load);
      const [ofApi, ofSender] = [cpuMsOf(api), cpuMsOf(sender)].map((afterMs, index) => {
        const beforeMs = before[index];
        return afterMs === undefined || beforeMs === undefined ? undefined : (afterMs - beforeMs) / load.count;
      });
      return { ...ran, httpCpuMs: { api: ofApi, sender: ofSender } };
    },
  };
}
