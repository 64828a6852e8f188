/**
 * Stands in for `node:timers/promises`: pauses in the simulation's time.
 */
import { activeSimulation } from './virtual-globals.ts';

export const setTimeout = (ms: number): Promise<void> => activeSimulation().scheduler.sleep(ms, 'pauses');
