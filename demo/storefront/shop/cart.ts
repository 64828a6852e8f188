/** The cart: product ids and quantities in this browser only. Prices are the server's to say. */

const key = 'teras-pagi-cart';
export const mostOfOne = 20;

export type Cart = Record<string, number>;

const isQuantity = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostOfOne;

/** What is in the cart; anything in the storage that is not ours to understand counts as nothing. */
export function readCart(): Cart {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    const entries = stored !== null && typeof stored === 'object' ? Object.entries(stored) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => isQuantity(entry[1])));
  } catch {
    return {};
  }
}

function write(cart: Cart): void {
  localStorage.setItem(key, JSON.stringify(cart));
  window.dispatchEvent(new Event('cart-changed'));
}

export function setQuantity(productId: string, quantity: number): void {
  const others = Object.entries(readCart()).filter(([id]) => id !== productId);
  const own = quantity < 1 ? [] : [[productId, Math.min(quantity, mostOfOne)] as const];
  write(Object.fromEntries([...others, ...own]));
}

export function addToCart(productId: string, quantity: number): void {
  const cart = readCart();
  write({ ...cart, [productId]: Math.min((cart[productId] ?? 0) + quantity, mostOfOne) });
}

export const emptyCart = (): void => write({});

/** Calls back when the cart changes, here or in another tab. */
export function onCartChange(listener: () => void): void {
  window.addEventListener('cart-changed', listener);
  window.addEventListener('storage', (event) => {
    if (event.key === key) listener();
  });
}
