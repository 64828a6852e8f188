/**
 * `GET /account`, `POST /account/link`, `POST /account/unlink`.
 *
 * @module
 */

import type { Account, LinkStarted } from '../contract.ts';
import { AlloServerError } from '../errors.ts';
import { withPage } from '../ledger/link-page.ts';
import { startLink } from '../ledger/links.ts';
import { requestUnlink } from '../ledger/unlink.ts';
import { toPhoneNo } from '../snap/phone-no.ts';
import type { LinkRow } from '../store/rows.ts';
import { readReturnTo, readTexts } from './browser-guard.ts';
import type { RouteContext, RouteRequest } from './context.ts';
import { identifyBrowser, identifyDevice, identifyVisitor } from './device.ts';
import { assertMayUnlink, requireCustomer } from './merchant.ts';
import type { Asker } from './merchant.ts';
import { maskPhone, parsePhone } from './phone.ts';
import { accountView } from './views.ts';

async function viewAccount({ ledger }: RouteContext, link: LinkRow | undefined, customer: Asker): Promise<Account> {
  const phone = knownPhone(customer);
  return accountView(link && await withPage(ledger, link), phone && maskPhone(phone), ledger.now());
}

/** What the merchant keeps may be a number of another country or none at all: then the shopper is asked. */
const knownPhone = ({ phone = '' }: Asker): string | undefined => toPhoneNo(phone);

export async function showAccount(routes: RouteContext, c: RouteRequest): Promise<Response> {
  const customer = await requireCustomer(routes.merchant, c.req.raw);
  return c.json(await viewAccount(routes, await routes.ledger.store.latestLink(customer.id), customer));
}

export async function beginLink(routes: RouteContext, c: RouteRequest): Promise<Response> {
  const customer = await requireCustomer(routes.merchant, c.req.raw);
  const visitor = identifyVisitor(c.req.raw, c.env, routes.device);
  c.set('limitedBy', { linksPerCustomer: customer.id, linksPerAddress: visitor });
  const { phone: typed, returnTo } = await readTexts(c.req.raw, ['phone', 'returnTo']);
  const given = knownPhone(customer) ?? typed;
  if (given === undefined || given === '') throw new AlloServerError('PHONE_REQUIRED');
  const phone = parsePhone(given);
  const { device, setCookie } = identifyDevice(c.req.raw, c.env, routes.device);
  const link = await startLink(routes.ledger, {
    customerId: customer.id, phone, phoneMask: maskPhone(phone), device, browser: identifyBrowser(c.req.raw),
    returnTo: readReturnTo(returnTo, routes.shopOrigin), visitor,
    ...(customer.name !== undefined && { name: customer.name }), ...(customer.email !== undefined && { email: customer.email }),
  });
  if (setCookie !== undefined) c.header('set-cookie', setCookie);
  return c.json(started(await withPage(routes.ledger, link)), 201);
}

function started({ pageUrl, pageExpiresAt }: LinkRow): LinkStarted {
  if (pageUrl === null || pageExpiresAt === null) throw new AlloServerError('BANK_UNAVAILABLE');
  return { url: pageUrl, expiresAt: new Date(pageExpiresAt).toISOString() };
}

export async function endLink(routes: RouteContext, c: RouteRequest): Promise<Response> {
  const customer = await requireCustomer(routes.merchant, c.req.raw);
  await assertMayUnlink(routes.merchant, c.req.raw, customer);
  const { device } = identifyDevice(c.req.raw, c.env, routes.device);
  return c.json(await viewAccount(routes, await requestUnlink(routes.ledger, customer.id, device), customer));
}
