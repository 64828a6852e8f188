/**
 * The stylesheet and the script of the control page. The script only looks for news every two seconds, and
 * leaves the page alone while somebody types in it.
 *
 * @module
 */
export const controlStylesheet = `
:root {
  color-scheme: light dark;
  --ground: #eef1f4; --card: #fff; --ink: #14212b; --soft: #55656f; --line: #dfe5e9; --field: #71828d; --accent: #0b6477; --on-accent: #fff; --tint: #e8f3f5;
  --good: #146c43; --good-tint: #e3f4ea; --bad: #a92323; --bad-tint: #fdeaea; --wait: #7a5a00; --wait-tint: #fff3cd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e161c; --card: #17222a; --ink: #e9eff2; --soft: #9fb0ba; --line: #2b3a44; --field: #71858f; --accent: #6cc7d6; --on-accent: #06222a; --tint: #16303a;
    --good: #7fd6a8; --good-tint: #14301f; --bad: #ff9d9d; --bad-tint: #3a1c20; --wait: #ffdf87; --wait-tint: #3a2f0c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px; padding: 14px 20px; background: var(--card); border-bottom: 1px solid var(--line); }
header h1 { display: flex; align-items: center; gap: 8px; margin: 0; font-size: 17px; color: var(--accent); }
header p { margin: 0; color: var(--soft); font-size: 13px; }
.layout { display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; max-width: 1500px; margin: 0 auto; padding: 14px; }
@media (min-width: 1000px) { .layout { grid-template-columns: minmax(0, 1fr) 330px; } }
#live, aside { display: grid; gap: 14px; align-content: start; min-width: 0; }
section { background: var(--card); border-radius: 14px; padding: 14px 16px; min-width: 0; }
h2 { margin: 0 0 8px; font-size: 14px; display: flex; gap: 8px; align-items: baseline; }
h2 span { color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th { text-align: left; color: var(--soft); font-weight: 500; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: middle; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
td { font-variant-numeric: tabular-nums; }
code { font: 12px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.tag { display: inline-block; padding: 0 8px; border-radius: 99px; background: var(--tint); color: var(--accent); font-size: 12px; font-weight: 600; }
.tag.good { background: var(--good-tint); color: var(--good); } .tag.bad { background: var(--bad-tint); color: var(--bad); } .tag.wait { background: var(--wait-tint); color: var(--wait); }
.empty { margin: 0; color: var(--soft); }
form { display: grid; gap: 6px; margin: 0 0 12px; }
form:last-child { margin-bottom: 0; }
form.row { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
form.row:has(+ form.row) { margin-bottom: 6px; }
.pair button { align-self: end; }
form.inline { display: inline-flex; gap: 4px; margin: 0; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; }
label { display: grid; gap: 2px; color: var(--soft); font-size: 12px; }
input, select, button { font: inherit; font-size: 13px; min-height: 32px; padding: 4px 8px; border: 1px solid var(--field); border-radius: 8px; background: var(--card); color: var(--ink); min-width: 0; }
button { background: var(--tint); border-color: transparent; color: var(--accent); font-weight: 600; cursor: pointer; }
button.primary { background: var(--accent); color: var(--on-accent); }
td input { width: 110px; } td button, td input, td select { min-height: 26px; padding: 1px 8px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
a { color: var(--accent); font-weight: 600; }
ul.plain { list-style: none; margin: 0 0 8px; padding: 0; display: grid; gap: 4px; }
.problem { margin: 14px 14px 0; padding: 10px 14px; border-radius: 10px; background: var(--bad-tint); color: var(--bad); }
`;

export const controlScript = `
const live = document.getElementById('live');
async function look() {
  const busy = document.hidden || live.contains(document.activeElement);
  if (!busy) {
    const answer = await fetch('/').catch(() => undefined);
    const fresh = answer && answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live');
    if (fresh && fresh.innerHTML !== live.innerHTML && !live.contains(document.activeElement)) live.innerHTML = fresh.innerHTML;
  }
  setTimeout(look, 2000);
}
setTimeout(look, 2000);
`;
