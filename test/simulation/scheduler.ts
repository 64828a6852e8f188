/**
 * Time that passes only here. Everything that happens is a task with an instant and an owner; which of the tasks of one
 * instant comes first is drawn from the seed. What an owner still had to do when it died never happens.
 */
import { createHash } from 'node:crypto';
import type { Chance } from '../faults/random.ts';
import { createHeap } from './heap.ts';

/** Whoever does something: a server process, a shopper, the bank. */
export interface Owner {
  readonly name: string;
  isAlive: boolean;
}

/** A task that is to come; what `setTimeout` answers, too. */
export interface Task {
  at: number;
  tie: number;
  owner: Owner;
  label: string;
  run: () => void;
  isCancelled: boolean;
  /** As Node's own timers have it; nothing here keeps a process alive. */
  unref(): Task;
}

export interface Scheduler {
  /** True time in epoch milliseconds; clocks of servers may differ. */
  now(): number;
  /** Whose task is running. */
  current(): Owner;
  after(delayMs: number, owner: Owner, label: string, run: () => void): Task;
  /** Resolves in a task of the running owner. */
  sleep(ms: number, label?: string): Promise<void>;
  /** Lets time pass until `isOver` says so; answers false if nothing is left to do, or it takes more than `mostTasks`. */
  run(isOver: () => boolean, mostTasks: number): Promise<boolean>;
  /** Adds to the trace. */
  note(text: string): void;
  /** Hash over everything that happened, in order. */
  traceHash(): string;
  tasks(): number;
}

/** Taken before time is virtual: the way to let all promise callbacks of one task run. */
const realImmediate = setImmediate;
const settle = (): Promise<void> => new Promise((resolve) => void realImmediate(resolve));

const nobody: Owner = { name: 'nobody', isAlive: true };

export function createScheduler(chance: Chance, startsAtMs: number, onTrace?: (line: string) => void): Scheduler {
  const waiting = createHeap<Task>((one, other) => one.at - other.at || one.tie - other.tie);
  const trace = createHash('sha256');
  let nowMs = startsAtMs;
  let current = nobody;
  let count = 0;

  const note = (text: string): void => {
    const line = `${nowMs - startsAtMs} ${current.name} ${text}\n`;
    trace.update(line);
    onTrace?.(line);
  };

  const after: Scheduler['after'] = (delayMs, owner, label, run) => {
    const at = nowMs + Math.max(0, Math.round(delayMs));
    const task: Task = { at, tie: chance.next(), owner, label, run, isCancelled: false, unref: () => task };
    waiting.push(task);
    return task;
  };

  const step = async (task: Task): Promise<void> => {
    nowMs = Math.max(nowMs, task.at);
    if (task.isCancelled || !task.owner.isAlive) return;
    current = task.owner;
    count += 1;
    note(task.label);
    task.run();
    await settle();
    current = nobody;
  };

  return {
    now: () => nowMs,
    current: () => current,
    after,
    sleep: (ms, label = 'wakes') => new Promise((resolve) => { after(ms, current, label, resolve); }),
    async run(isOver, mostTasks) {
      while (!isOver()) {
        const task = waiting.pop();
        if (task === undefined || count > mostTasks) return false;
        await step(task);
      }
      return true;
    },
    note,
    traceHash: () => trace.copy().digest('hex'),
    tasks: () => count,
  };
}
