import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { html } from 'lit';
import type { MessageOverrides } from '../packages/elements/src/index.ts';
import type { Scene } from './stage.ts';

type Story = StoryObj & { parameters?: Scene };

const meta: Meta = { title: 'Elements/allo-provider', component: 'allo-provider', parameters: { controls: { disable: true } } };

// Storybook reads the default export.
export default meta;

const ownWords: MessageOverrides = {
  id: { link: 'Sambungkan akun Allo', linkHint: 'Sekali saja, lalu bayar dengan dua ketukan.' },
  en: { link: 'Connect your Allo account', linkHint: 'Once only, then you pay with two taps.' },
};

const malay: MessageOverrides = {
  ms: { pay: 'Bayar {amount} dengan Allo Bank', balance: 'Baki Allo Bank', asOf: 'Setakat {time}', refresh: 'Muat semula' },
};

/** Any text can be another one, in each language. The stories' own provider says where the backend is. */
export const OwnWords: Story = {
  parameters: { backend: { account: { status: 'unlinked' } } },
  render: (_args, { id }) => html`<allo-provider endpoint="/allo/${id}" .messages=${ownWords}><allo-link-button></allo-link-button></allo-provider>`,
};

/** A language of your own; what it leaves out is said in English. */
export const OwnLanguage: Story = {
  render: (_args, { id }) => html`<allo-provider endpoint="/allo/${id}" lang="ms" .messages=${malay}>
    <div class="stage-column"><allo-balance></allo-balance><allo-pay order-id="INV-7"></allo-pay></div>
  </allo-provider>`,
};

/** Custom properties are set anywhere above the elements. */
export const OwnLooks: Story = {
  render: () => html`<div class="stage-column shop-of-its-own">
    <allo-link-button></allo-link-button>
    <allo-balance></allo-balance>
    <allo-pay order-id="INV-7"></allo-pay>
  </div>`,
};

/** `theme` on one element goes before the page's own light or dark. */
export const OwnTheme: Story = {
  render: () => html`<allo-balance theme="dark"></allo-balance><allo-balance theme="light"></allo-balance>`,
};
