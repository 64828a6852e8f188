/**
 * The one stylesheet and the one script of the bank's pages, served by the simulator itself. Everything
 * works without the script; it only counts down.
 *
 * @module
 */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #eef1f4; --card: #fff; --ink: #14212b; --soft: #55656f; --line: #d9e0e5; --field: #71828d;
  --accent: #0b6477; --accent-strong: #084c5b; --on-accent: #fff; --tint: #e8f3f5;
  --warn-ground: #fff3cd; --warn-ink: #5c4300; --bad: #a92323; --bad-tint: #fdeeee; --good: #146c43;
  --shadow: 0 1px 2px rgb(20 33 43 / 6%), 0 12px 32px rgb(20 33 43 / 10%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e161c; --card: #17222a; --ink: #e9eff2; --soft: #9fb0ba; --line: #2b3a44; --field: #71858f;
    --accent: #6cc7d6; --accent-strong: #8fd8e4; --on-accent: #06222a; --tint: #16303a;
    --warn-ground: #3a2f0c; --warn-ink: #ffdf87; --bad: #ff9d9d; --bad-tint: #3a1c20; --good: #7fd6a8;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 12px 32px rgb(0 0 0 / 35%);
  }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.notice { margin: 0; padding: 6px 8px; background: var(--warn-ground); color: var(--warn-ink); font-size: 12px; text-align: center;
  display: flex; flex-wrap: wrap; gap: 0 8px; justify-content: center; }
.notice span { font-variant-numeric: tabular-nums; }
.brand { display: flex; align-items: center; gap: 10px; max-width: 440px; margin: 0 auto; padding: 10px 20px; font-weight: 650; color: var(--accent); }
main { max-width: 440px; margin: 0 auto; padding: 0 12px 32px; }
.card { background: var(--card); border-radius: 18px; padding: 20px; box-shadow: var(--shadow); }
h1 { margin: 0 0 4px; font-size: 21px; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
.lead { margin: 0 0 12px; color: var(--soft); }
.amount { display: flex; flex-direction: column; margin: 8px 0 10px; }
.amount span { color: var(--soft); font-size: 14px; }
.amount strong { font-size: 32px; line-height: 1.2; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
dl { margin: 0; border-top: 1px solid var(--line); }
dl div { display: flex; gap: 16px; justify-content: space-between; padding: 6px 0; border-bottom: 1px solid var(--line); font-size: 14px; }
dt { color: var(--soft); flex: none; }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; min-width: 0; font-weight: 550; }
dd code { font: 12px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-weight: 400; }
.terms { margin-top: 12px; padding: 10px 14px; border-radius: 12px; background: var(--tint); font-size: 14px; }
.terms p { margin: 0 0 4px; font-weight: 600; }
.terms ul { margin: 0; padding-left: 18px; }
form { margin-top: 14px; }
.step { display: flex; align-items: center; gap: 8px; margin: 0 0 8px; color: var(--soft); font-size: 13px; }
.dots { display: inline-flex; gap: 4px; }
.dots i { width: 20px; height: 4px; border-radius: 2px; background: var(--line); }
.dots i.on { background: var(--accent); }
label { display: block; font-weight: 650; }
.hint { margin: 2px 0 8px; color: var(--soft); font-size: 14px; }
.code { width: 100%; height: 52px; padding: 0 0 0 .5em; border: 1.5px solid var(--field); border-radius: 12px; background: var(--card); color: inherit;
  font: 600 26px/1 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .5em; text-align: center; }
.code[aria-invalid="true"] { border-color: var(--bad); }
.problem { margin: 8px 0 0; padding: 8px 12px; border-radius: 10px; background: var(--bad-tint); color: var(--bad); font-size: 14px; font-weight: 550; }
.actions { display: grid; gap: 4px; margin-top: 12px; }
button, .button { display: block; width: 100%; min-height: 48px; padding: 11px 16px; border: 0; border-radius: 12px; font: inherit; font-weight: 650; text-align: center; text-decoration: none; cursor: pointer; }
.primary { background: var(--accent); color: var(--on-accent); }
.primary:hover { background: var(--accent-strong); }
.quiet { background: transparent; color: var(--accent); }
.quiet:hover { background: var(--tint); }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 55%, transparent); outline-offset: 2px; }
.expiry { margin: 6px 0 0; color: var(--soft); font-size: 13px; text-align: center; font-variant-numeric: tabular-nums; }
.end { text-align: center; padding: 32px 24px 24px; }
.end p { margin: 8px 0 20px; color: var(--soft); text-wrap: pretty; }
.badge { display: inline-grid; place-items: center; width: 56px; height: 56px; margin-bottom: 14px; border-radius: 50%; background: var(--tint); color: var(--accent); font-size: 26px; font-weight: 700; }
.badge.good { color: var(--good); }
@media (min-width: 600px) { .brand { padding-top: 40px; } .card { padding: 28px; } }
`;

export const script = `
const line = document.querySelector('[data-remaining-ms]');
if (line) {
  const endsAt = performance.now() + Number(line.dataset.remainingMs);
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
    line.textContent = line.dataset.label + ' ' + Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
    if (seconds > 0) setTimeout(tick, 250);
    else location.replace(location.href);
  };
  tick();
}
`;
