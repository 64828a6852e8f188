import type { TemplateResult } from 'lit';
import { html } from 'lit';
import type { BankTrip, Sender } from './bank.ts';

/** The way on to the bank's page, as a real link: a popup that was closed too early is one press away. */
export function bankLink(sender: Sender, trip: BankTrip, url: string): TemplateResult {
  const follow = (event: Event): void => {
    if (trip.open(url)) event.preventDefault();
  };
  return html`<a part="button primary" href=${url} rel="noreferrer" @click=${follow}><span part="label">${sender.text('continueAtBank')}</span></a>`;
}
