import type { Meta } from '@storybook/web-components-vite';
import { html } from 'lit';
import { expect, waitFor } from 'storybook/test';
import type { AlloPayState, MessageOverrides } from '../packages/elements/src/index.ts';
import { elementIn, press, shows } from './shopper.ts';
import type { StoryOf } from './stage.ts';

type Story = StoryOf<AlloPayState>;

const meta: Meta = {
  title: 'Together/Checkout',
  component: 'allo-pay',
  parameters: { controls: { disable: true } },
  render: () => html`<allo-link-button></allo-link-button><allo-balance></allo-balance><allo-pay order-id="INV-7"></allo-pay>`,
};

// Storybook reads the default export.
export default meta;

/** Linking is offered once, and nothing is shown twice. */
export const FirstVisit: Story = { parameters: { shows: 'unlinked', backend: { account: { status: 'unlinked' } } } };

export const Linked: Story = { parameters: { shows: 'ready' } };

/** Everything in English, whatever the page speaks. */
export const InEnglish: Story = { globals: { locale: 'en' }, parameters: { shows: 'ready' } };

/** From the first visit to the receipt: what one element does, the others know. */
export const FromLinkToReceipt: Story = {
  parameters: { shows: 'paid', backend: { account: { status: 'unlinked' } } },
  play: async ({ canvasElement, backend, step }) => {
    const [link, balance, pay] = ['allo-link-button', 'allo-balance', 'allo-pay'].map((tag) => elementIn(canvasElement, tag));
    if (!link || !balance || !pay) throw new Error('the story lacks an element');
    await step('link the account', async () => {
      await press(link, 'primary');
      await shows(link, 'linking');
      backend.link();
      await shows(balance, 'shown');
    });
    await step('pay, and find the balance lower', async () => {
      await press(pay, 'primary');
      await shows(pay, 'waiting');
      backend.settle('INV-7', 'paid');
      backend.balance = { instruments: [{ type: 'BALANCE', available: { value: '1125000.00', currency: 'IDR' } }], asOf: new Date().toISOString() };
      await press(pay, 'secondary');
      await shows(pay, 'paid');
    });
    await waitFor(() => expect(balance.shadowRoot?.textContent).toContain('1.125.000'));
  },
};

const arabic: MessageOverrides = {
  ar: {
    linked: 'مرتبط',
    unlink: 'إلغاء الربط',
    balance: 'رصيد Allo Bank',
    asOf: 'حتى الساعة {time}',
    refresh: 'تحديث',
    pay: 'ادفع {amount} عبر Allo Bank',
    total: 'المجموع',
    order: 'طلبك',
    checkout: 'الدفع',
    paid: 'تم الدفع بنجاح',
    time: 'الوقت',
    reference: 'رقم المرجع',
  },
};

/** A page from right to left: the frames turn around, amounts, numbers and references stay as they are. */
export const RightToLeft: Story = {
  parameters: { shows: 'ready' },
  render: (_args, { id }) => html`<allo-provider endpoint="/allo/${id}" lang="ar" dir="rtl" .messages=${arabic}>
    <div class="stage-column">
      <allo-link-button></allo-link-button><allo-balance></allo-balance><allo-pay order-id="INV-7"></allo-pay>
      <allo-checkout order-id="INV-7"></allo-checkout>
    </div>
  </allo-provider>`,
};

/** Also where the page is from right to left and the words are ours. */
export const RightToLeftInEnglish: Story = {
  parameters: { shows: 'paid', prepare: (backend) => void backend.settle('INV-7', 'paid') },
  render: () => html`<div class="stage-column" dir="rtl" lang="ar">
    <allo-link-button></allo-link-button><allo-balance></allo-balance><allo-pay order-id="INV-7"></allo-pay>
  </div>`,
};
