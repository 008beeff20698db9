/// How the page looks, in light and in dark, and the few lines of script that show one pass at a time.
#pragma once

namespace ricci::runtime::page {

inline constexpr const char* style = R"css(
:root { color-scheme: light dark; --ink: #1c1e21; --dim: #6a7078; --ground: #fdfdfc; --panel: #f3f3f0; --line: #dcdcd6;
  --gone: #fbe3e0; --fresh: #dff2e1; --changed: #fbf1cf; --accent: #1f5fa8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e5e7; --dim: #9aa0a8; --ground: #17191c; --panel: #202327;
  --line: #34383e; --gone: #4a2525; --fresh: #1f3d27; --changed: #463c1b; --accent: #7fb2ee; } }
body { margin: 2rem auto; max-width: 82rem; padding: 0 1.5rem; color: var(--ink); background: var(--ground);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h3 { font-size: .85rem; font-weight: 600; color: var(--dim); margin: .8rem 0 .3rem; }
p { margin: .3rem 0; } .dim { color: var(--dim); }
pre, code, .lines { font: 13px/1.55 ui-monospace, monospace; }
pre, .lines { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; margin: 0;
  overflow-x: auto; }
.lines div { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0 .3rem 0 2.3rem; text-indent: -2rem;
  border-radius: 3px; }
.gone { background: var(--gone); } .fresh { background: var(--fresh); } .changed { background: var(--changed); }
nav { display: flex; flex-wrap: wrap; gap: .4rem; margin-bottom: .8rem; }
nav button { font: inherit; font-size: .85rem; color: inherit; background: var(--panel); border: 1px solid var(--line);
  border-radius: 99px; padding: .15rem .8rem; cursor: pointer; }
nav button[aria-selected=true] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
nav button.idle { opacity: .6; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; } .sides > div { min-width: 0; }
@media (max-width: 60rem) { .sides { grid-template-columns: 1fr; } }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
  white-space: nowrap; }
th { color: var(--dim); font-weight: 600; } .left { text-align: left; } td code { white-space: normal; overflow-wrap: anywhere; }
tfoot td { border-bottom: 0; font-weight: 600; } details summary { cursor: pointer; color: var(--dim); margin: .5rem 0; }
)css";

inline constexpr const char* script = R"js(
const tabs = [...document.querySelectorAll('nav button')], panels = [...document.querySelectorAll('.pass')];
let at = 0;
function show(n) {
  if (!(n >= 0 && n < panels.length)) return;
  at = n;
  tabs.forEach((tab, i) => tab.setAttribute('aria-selected', i === n));
  panels.forEach((panel, i) => panel.hidden = i !== n);
}
function go(n) { show(n); history.replaceState(null, '', '#pass=' + at); }
tabs.forEach((tab, i) => tab.onclick = () => go(i));
addEventListener('keydown', e => { if (e.key === 'ArrowRight') go(at + 1); if (e.key === 'ArrowLeft') go(at - 1); });
addEventListener('hashchange', () => show(+location.hash.slice(6)));
show(/^#pass=\d+$/.test(location.hash) ? +location.hash.slice(6) : 0);
)js";

}  // namespace ricci::runtime::page
