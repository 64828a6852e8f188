/**
 * The whole server of a shop which takes Allo Bank payments: guests, orders, a back office, and the payment handler
 * mounted at /allo. What payments ask for is the object given to `createAllo`; the rest any shop has anyway.
 * It never takes an amount from the browser, and no order becomes paid but by an event of the handler.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createAllo } from '@allo-kit/server';
import { toExpress } from '@allo-kit/server/express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { openOrders } from './orders.ts';
import { products } from './products.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { SHOP_DATABASE = file('.data/shop.db'), PORT = '3000', ALLO_PUBLIC_URL = '' } = process.env;

const database = new DatabaseSync(SHOP_DATABASE);
database.exec(`
  PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS customers (session TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
`);
const orders = openOrders(database);

// --- Who is asking ---
const officeKey = randomBytes(24).toString('base64url');
const cookie = (header: string | null | undefined, name: string): string =>
  header?.split('; ').find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
const isOffice = (header: string | null | undefined): boolean => cookie(header, 'office') === officeKey;

function customerOf(header: string | null | undefined): { id: string } | null {
  const row = database.prepare('SELECT id FROM customers WHERE session = ?').get(cookie(header, 'session'));
  return row === undefined ? null : { id: String(row['id']) };
}

// --- Orders ---

interface Line { productId: string; name: string; rupiah: number; quantity: number }
interface ShopOrder { orderId: string; totalRupiah: number; lines: Line[] }
const money = (rupiah: number): { value: string; currency: 'IDR' } => ({ value: `${rupiah}.00`, currency: 'IDR' });

function ordersWhere(condition: string, ...values: string[]): ShopOrder[] {
  const rows = database.prepare(`SELECT * FROM orders WHERE ${condition} ORDER BY placedAt DESC LIMIT 200`).all(...values);
  return rows.map((row) => ({ ...row, lines: JSON.parse(String(row['lines'])) as Line[] }) as unknown as ShopOrder);
}
const findOrder = (id: string, customerId: string): ShopOrder | undefined => ordersWhere('orderId = ? AND customerId = ?', id, customerId)[0];

function priced(wanted: { productId?: unknown; quantity?: unknown } | null): Line | undefined {
  const product = products.find(({ id }) => id === wanted?.productId);
  const quantity = Number(wanted?.quantity);
  if (product === undefined || !Number.isInteger(quantity) || quantity < 1 || quantity > 20) return undefined;
  return { productId: product.id, name: product.name.id, rupiah: product.priceRupiah, quantity };
}

function placeOrder(customerId: string, { lines: wanted, name }: { lines?: unknown; name?: unknown }): string | undefined {
  const lines = Array.isArray(wanted) ? wanted.slice(0, 50).map(priced) : [];
  if (lines.length === 0 || !lines.every((line) => line !== undefined)) return undefined;
  const orderId = `TP-${randomBytes(5).toString('hex').toUpperCase()}`;
  const totalRupiah = lines.reduce((sum, { rupiah, quantity }) => sum + rupiah * quantity, 0);
  database.prepare('INSERT INTO orders (orderId, customerId, placedAt, name, lines, totalRupiah) VALUES (?, ?, ?, ?, ?, ?)')
    .run(orderId, customerId, new Date().toISOString(), typeof name === 'string' ? name.slice(0, 60) : '', JSON.stringify(lines), totalRupiah);
  return orderId;
}

// --- Pages and routes ---

const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const cookieOptions = { httpOnly: true, secure: ALLO_PUBLIC_URL.startsWith('https:') };

/** Makes a guest of whoever opens a page for the first time. */
function welcome(request: Request, response: Response, next: NextFunction): void {
  response.set({ 'Content-Security-Policy': contentSecurityPolicy, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'same-origin' });
  const customer = customerOf(request.headers.cookie);
  if (customer === null && /^\/(\w+\.html)?$/.test(request.path)) {
    const session = randomBytes(24).toString('base64url');
    database.prepare('INSERT INTO customers VALUES (?, ?)').run(session, `guest-${randomBytes(6).toString('hex')}`);
    response.cookie('session', session, { ...cookieOptions, sameSite: 'lax', maxAge: 365 * 24 * 3_600_000 });
  }
  next();
}

const idOf = (request: Request): string => customerOf(request.headers.cookie)?.id ?? '';
const shop = express.Router();
shop.get('/products', (_request, response) => void response.json(products));
shop.get('/orders', (request, response) => void response.json(ordersWhere('customerId = ?', idOf(request))));
shop.get('/orders/:id', (request, response) => {
  const order = findOrder(request.params.id, idOf(request));
  response.status(order === undefined ? 404 : 200).json(order ?? {});
});
shop.post('/orders', (request, response) => {
  const orderId = idOf(request) && placeOrder(idOf(request), (request.body ?? {}) as object);
  response.status(orderId ? 201 : 400).json({ orderId });
});
shop.use('/office', (request, response, next) => (isOffice(request.headers.cookie) ? next() : void response.sendStatus(403)));
shop.get('/office', (_request, response) => {
  const events = database.prepare('SELECT * FROM events ORDER BY at DESC, rowid DESC LIMIT 200').all();
  response.json({ orders: ordersWhere('true'), owed: orders.owed(), events });
});

try {
  const allo = createAllo({
    customer: (request) => customerOf(request.headers.get('cookie')),
    order: (orderId, customer) => {
      const order = findOrder(orderId, customer.id);
      const lines = order?.lines.map(({ name, rupiah, quantity }) => ({ name, price: money(rupiah), quantity })) ?? [];
      return order === undefined ? null : { orderId, amount: money(order.totalRupiah), lines };
    },
    onEvent: orders.record,
    authorizeRefund: (request) => isOffice(request.headers.get('cookie')),
  });
  // The page has asked whether that is meant.
  shop.post('/office/unlink', async (request, response) => void response.json(await allo.unlink(String((request.body as { customerId?: unknown }).customerId), { force: true })));
  const app = express().disable('x-powered-by').set('env', 'production').use('/allo', toExpress(allo));
  // Whoever opens the back office of this demo may use it, and only this machine can; a real shop asks for its own login here.
  app.use('/office', (_request, response, next) => next(void response.cookie('office', officeKey, { ...cookieOptions, sameSite: 'strict' })));
  app.use(express.json({ limit: '20kb' }), welcome).use('/api', shop).use(express.static(file('dist')));
  const server = app.listen(Number(PORT), '127.0.0.1');
  await once(server, 'listening');
  console.log(`The shop is at http://127.0.0.1:${PORT}/`);
  const stop = (): void => server.close(() => void allo.close()).closeIdleConnections();
  process.once('SIGINT', stop).once('SIGTERM', stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
