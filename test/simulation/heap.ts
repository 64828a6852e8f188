/**
 * A binary heap: the least element first.
 */
export interface Heap<Item> {
  push(item: Item): void;
  pop(): Item | undefined;
}

export function createHeap<Item>(compare: (one: Item, other: Item) => number): Heap<Item> {
  const items: Item[] = [];
  const isBefore = (one: number, other: number): boolean => {
    const [first, second] = [items[one], items[other]];
    return first !== undefined && (second === undefined || compare(first, second) < 0);
  };
  const swap = (one: number, other: number): void => {
    const [first, second] = [items[one], items[other]];
    if (first === undefined || second === undefined) return;
    items[one] = second;
    items[other] = first;
  };
  return {
    push(item) {
      items.push(item);
      for (let at = items.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!isBefore(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop() {
      swap(0, items.length - 1);
      const least = items.pop();
      for (let at = 0;;) {
        const child = isBefore(2 * at + 2, 2 * at + 1) ? 2 * at + 2 : 2 * at + 1;
        if (!isBefore(child, at)) return least;
        swap(at, child);
        at = child;
      }
    },
  };
}
