import type { Meta } from '@storybook/web-components-vite';
import { html } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { expect } from 'storybook/test';
import type { Account } from '../packages/elements/src/contract.ts';
import type { AlloLinkButtonState } from '../packages/elements/src/index.ts';
import { control, elementIn, press, shows } from './shopper.ts';
import type { StoryOf } from './stage.ts';

interface Attributes {
  'return-to'?: string;
}

type Story = StoryOf<AlloLinkButtonState, Attributes>;

const meta: Meta<Attributes> = {
  title: 'Elements/allo-link-button',
  component: 'allo-link-button',
  parameters: { controls: { include: ['return-to'] } },
  render: (attributes) => html`<allo-link-button return-to=${ifDefined(attributes['return-to'])}></allo-link-button>`,
};

// Storybook reads the default export.
export default meta;

const tag = 'allo-link-button';
const unlinked: Account = { status: 'unlinked' };
const link = { url: 'https://bank.example/authorize', expiresAt: '2099-01-01T00:00:00+07:00' };

export const Loading: Story = { parameters: { shows: 'loading', prepare: (backend) => void backend.hold('account') } };

export const Unlinked: Story = { parameters: { shows: 'unlinked', backend: { account: unlinked } } };

/** The shopper came back from the bank without having finished. */
export const UnlinkedAfterNotFinishing: Story = {
  parameters: { shows: 'unlinked', backend: { account: { ...unlinked, lastFailure: 'not-completed' } } },
};

export const UnlinkedAfterConflict: Story = {
  parameters: { shows: 'unlinked', backend: { account: { ...unlinked, lastFailure: 'conflict' } } },
};

/** The merchant does not know the shopper's number. */
export const Phone: Story = {
  parameters: { shows: 'phone', backend: { account: { ...unlinked, phoneRequired: true } } },
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'primary'),
};

export const PhoneRefused: Story = {
  parameters: { shows: 'phone', backend: { account: { ...unlinked, phoneRequired: true } } },
  play: async ({ canvasElement, userEvent, backend }) => {
    const element = elementIn(canvasElement, tag);
    await press(element, 'primary');
    await shows(element, 'phone');
    await userEvent.type(control(element, 'input'), '12');
    await press(element, 'primary');
    await expect(control(element, 'input')).toHaveAttribute('aria-invalid', 'true');
    await expect(backend.count('link')).toBe(0);
  },
};

/** The bank's page is being asked for. */
export const Opening: Story = {
  parameters: { shows: 'opening', backend: { account: unlinked }, prepare: (backend) => void backend.hold('link') },
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'primary'),
};

export const Linking: Story = { parameters: { shows: 'linking', backend: { account: { status: 'linking', phone: '0812••••789', link } } } };

/** The bank's page is closed, and the bank has not said yet how it ended. */
export const LinkingUnsure: Story = { parameters: { shows: 'linking', backend: { account: { status: 'linking', phone: '0812••••789' } } } };

export const Linked: Story = { parameters: { shows: 'linked' } };

/** Unlinking waits for a payment that is still open. */
export const LinkedUntilPaymentIsDone: Story = {
  parameters: { shows: 'linked', prepare: (backend) => (backend.account = { ...backend.account, unlinkRequested: true }) },
};

export const Confirming: Story = {
  parameters: { shows: 'confirming' },
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'plain'),
};

export const Unlinking: Story = {
  parameters: { shows: 'unlinking', prepare: (backend) => void backend.hold('unlink') },
  play: async ({ canvasElement }) => {
    const element = elementIn(canvasElement, tag);
    await press(element, 'plain');
    await press(element, 'danger');
  },
};

export const RelinkRequired: Story = { parameters: { shows: 'relink-required', backend: { account: { status: 'relink-required', phone: '0812••••789' } } } };

export const ErrorOfTheBank: Story = { parameters: { shows: 'error', prepare: (backend) => backend.fail('account', 'BANK_UNAVAILABLE') } };

export const ErrorOfTheConnection: Story = { parameters: { shows: 'error', prepare: (backend) => backend.fail('account', 'network') } };

/** Goes on by itself as soon as the network is back. */
export const Offline: Story = {
  tags: ['!autodocs'],
  parameters: { shows: 'offline', offline: true, prepare: (backend) => backend.fail('account', 'network') },
};

export const ErrorNotSignedIn: Story = { parameters: { shows: 'error', prepare: (backend) => backend.fail('account', 'UNAUTHENTICATED', { retryable: false }) } };

/** The whole way: link, come back linked, unlink. */
export const LinksAndUnlinks: Story = {
  parameters: { shows: 'unlinked', backend: { account: unlinked } },
  play: async ({ canvasElement, backend, step }) => {
    const element = elementIn(canvasElement, tag);
    await step('link', async () => {
      await press(element, 'primary');
      await shows(element, 'linking');
    });
    await step('come back from the bank', async () => {
      backend.link();
      await shows(element, 'linked');
    });
    await step('unlink', async () => {
      await press(element, 'plain');
      await press(element, 'danger');
      await shows(element, 'unlinked');
    });
    await expect(backend.count('link')).toBe(1);
    await expect(backend.count('unlink')).toBe(1);
  },
};
