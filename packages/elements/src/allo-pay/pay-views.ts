import type { TemplateResult } from 'lit';
import { bankLink } from '../internal/bank-link.ts';
import type { Content } from '../internal/templates.ts';
import { button, card, frame, mainButton, moneyText, notice, phrase, withReference } from '../internal/templates.ts';
import { bankTexts } from '../locales/bank.ts';
import { linkTexts } from '../locales/link.ts';
import { outcomeTexts } from '../locales/outcome.ts';
import { payTexts } from '../locales/pay.ts';
import type { Texts } from '../locales/text.ts';
import type { PayHost } from './pay-flow.ts';
import { PayFlow } from './pay-flow.ts';
import { receiptView } from './receipt-view.ts';

/**
 * The payment with what `<allo-pay>` shows of it, and of the way to a linked account. A file of its own: a shopper whose
 * account is linked sees the button without waiting for any of it.
 */
export class PayViews extends PayFlow {
  static readonly texts: Texts = { ...payTexts, ...bankTexts, ...linkTexts, ...outcomeTexts };

  /** Nothing where the button is to be shown. */
  render(): TemplateResult | undefined {
    const { host, trip } = this;
    const { state } = host;
    const { amount, payment } = host.order ?? {};
    const say = (key: 'insufficient' | 'payAgain' | 'payUnlinked' | 'waiting', money = amount): Content => phrase(host.text(key), money && moneyText(money));
    const check = button(host.text('checkStatus'), () => this.check());
    const elsewhere = linksElsewhere(host);
    const begin = (): void => this.link.begin();
    switch (state) {
      case 'unlinked':
      case 'linking':
        // As high as the button to pay, which may come instead; where another element offers to link, only said.
        if (elsewhere) return frame(host, 'base', notice('wallet', say('payUnlinked')));
        return state === 'linking' ? this.link.render() : mainButton(host, '', say('payUnlinked'), begin, '');
      case 'phone':
        return this.link.render();
      case 'relink-required':
        return card(host, 'warning', host.text('RELINK_REQUIRED'), '', elsewhere ? '' : button(host.text('linkAgain'), begin, 'primary'));
      case 'insufficient':
        return card(host, 'warning', say(state, host.available), '',
          button(host.text('retry'), () => host.session?.balance.run(), 'primary', host.session?.balance.busy ? 'busy' : ''));
      case 'waiting':
        // What the bank asks for, whatever the order costs by now.
        return card(host, 'wallet', say(state, payment?.amount), '', [payment?.action && bankLink(host, trip, payment.action.url), check]);
      case 'processing':
        return card(host, 'busy', host.text(state), host.text('processingHint'), check);
      case 'paid':
      case 'refunding':
      case 'refunded':
        return receiptView(host, payment, state);
      case 'review':
        return card(host, 'warning', withReference(host.text(state), host.text('reference'), payment?.receipt?.reference ?? payment?.paymentId));
      case 'failed':
      case 'cancelled':
      case 'expired':
        return card(host, state === 'failed' ? 'danger' : 'neutral', host.text(payment?.failure ?? 'failed'), host.text('notTaken'),
          // A blocked account has to be seen to first.
          button(say('payAgain'), () => host.pay(), payment?.failure === 'ACCOUNT_BLOCKED' ? 'secondary' : 'primary'));
      default:
        return undefined;
    }
  }
}

/** Another element of the page already offers to link: the shopper should not find it twice. */
function linksElsewhere({ session, linkRank }: PayHost): boolean | undefined {
  return session?.any((member) => member.linkRank > linkRank);
}
