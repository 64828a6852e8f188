import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Sender } from './bank.ts';
import { reopen } from './bank.ts';
import type { LinkFlow, LinkHost } from './link-flow.ts';
import type { Speaker } from './templates.ts';
import { button, card, escape, frame } from './templates.ts';

/** Asks for the number of the shopper's Allo account. Escape goes back. */
export function phoneView(host: Speaker, flow: LinkFlow): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    flow.submit((event.currentTarget as HTMLFormElement).querySelector('input')?.value ?? '');
  };
  const refused = flow.phoneRefused;
  return frame(host, 'base card', nothing, html`<form part="form" novalidate @submit=${submit} @keydown=${escape(() => flow.reset())}>
    <label part="field-label" for="phone">${host.text('phone')}</label>
    <input part="input" id="phone" type="tel" autocomplete="tel" maxlength="24" required aria-invalid=${refused} aria-describedby="hint" />
    <p part="hint" id="hint" role=${refused ? 'alert' : nothing} data-tone=${refused ? 'danger' : nothing}>${host.text(refused ? 'INVALID_PHONE' : 'phoneHint')}</p>
    <div part="actions">
      <button part="button primary"><span part="label">${host.text('next')}</span></button>
      ${button(host.text('cancel'), () => flow.reset())}
    </div>
  </form>`);
}

/** The shopper is, or was just, at the bank. */
export function linkingView(host: LinkHost & Speaker, flow: LinkFlow): TemplateResult {
  const url = host.session?.account.value?.link?.url;
  return card(host, 'busy', host.text('linking'), undefined, url ? bankLink(host, url) : nothing, button(host.text('startAgain'), () => flow.begin()));
}

/** The way on to the bank's page, as a real link: a popup that was closed too early is one press away. */
export function bankLink(host: Sender & Speaker, url: string): TemplateResult {
  const follow = (event: Event): void => {
    if (reopen(host, url)) event.preventDefault();
  };
  return html`<a part="button primary" href=${url} rel="noreferrer" @click=${follow}><span part="label">${host.text('continueAtBank')}</span></a>`;
}
