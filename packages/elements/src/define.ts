import './allo-provider/define.ts';
import './allo-link-button/define.ts';
import './allo-balance/define.ts';
import './allo-pay/define.ts';
import './allo-checkout/define.ts';
import './allo-refund/define.ts';
