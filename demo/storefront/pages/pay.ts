/** An order that was placed and not paid, `?order=`: the whole way from the account to the receipt in one tag. */

import '@allo-kit/elements/define';
import { find } from '../shop/dom.ts';
import { openPage } from '../shop/shell.ts';
import { t } from '../shop/texts.ts';

openPage(t('payTitle'), async () => {
  const query = new URLSearchParams(location.search);
  const checkout = find('allo-checkout');
  find('h1').textContent = t('orderNumber', { id: query.get('order') ?? '' });
  checkout.setAttribute('lines', query.get('lines') ?? '1');
  checkout.setAttribute('order-id', query.get('order') ?? '');
});
