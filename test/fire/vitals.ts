/**
 * Loaded into a server process before its program: says on request how the process is.
 */
import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How a process is, just now and since it was last asked. */
export interface Vitals {
  /** After everything that can be had back was had back. */
  heapMb: number;
  residentMb: number;
  /** Open descriptors, where the system tells. */
  descriptors?: number;
  /** Of the delays of the event loop since the last time: what 99 % stay below, in milliseconds. */
  loopDelayMs: number;
}

const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();

function descriptors(): Pick<Vitals, 'descriptors'> {
  try {
    return { descriptors: readdirSync('/proc/self/fd').length };
  } catch {
    return {};
  }
}

process.on('message', () => {
  const loopDelayMs = delays.percentile(99) / 1e6;
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const vitals: Vitals = { heapMb: heapUsed / 2 ** 20, residentMb: rss / 2 ** 20, ...descriptors(), loopDelayMs };
  process.send?.(vitals);
  delays.reset();
});
// It answers as long as the server lives, and keeps nobody alive.
process.channel?.unref();
