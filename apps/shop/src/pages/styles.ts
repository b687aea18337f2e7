/** The whole look of the shop; nothing is loaded from elsewhere. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --paper: #fbf6ec; --panel: #fffdf8; --ink: #29231d; --soft: #6b6156; --line: #e6dac5;
  --accent: #a83a22; --accent-ink: #fff; --good: #2b6b4f; --bad: #a3262e; --wait: #96610b; --calm: #2f5d62;
  --cup: #dfe8e1; --shirt: #ead9cf; --honey: #f6e6bd; --shadow: 0 1px 2px #4a38201a, 0 10px 30px #4a382014;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #191613; --panel: #231f1b; --ink: #f2e9dc; --soft: #b5a999; --line: #3b342d;
    --accent: #e8805c; --accent-ink: #21100a; --good: #7cc7a1; --bad: #f08a86; --wait: #e6b35a; --calm: #8fc3c8;
    --cup: #35443d; --shirt: #4a3a33; --honey: #4d4023; --shadow: 0 1px 2px #0006, 0 10px 30px #0004;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 Seravek, 'Gill Sans Nova', Ubuntu, Calibri, 'DejaVu Sans', 'Segoe UI', system-ui, sans-serif;
}
h1, h2, .brand { font-family: 'Iowan Old Style', Charter, 'Palatino Linotype', Georgia, 'DejaVu Serif', serif; line-height: 1.2; text-wrap: balance; }
h1 { font-size: clamp(1.75rem, 4.5vw, 2.5rem); margin: 0 0 1.25rem; }
h2 { font-size: 1.3rem; margin: 0 0 .5rem; }
p { margin: 0 0 .75rem; }
a { color: var(--accent); text-underline-offset: .2em; }
ul, ol { list-style: none; margin: 0; padding: 0; }
[hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 6px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--panel); padding: .5rem 1rem; z-index: 3; }

.bar, main, footer { width: 100%; max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
.bar { display: flex; align-items: center; gap: 1rem; padding-top: .8rem; padding-bottom: .8rem; }
.brand { display: flex; align-items: center; gap: .6rem; color: var(--ink); text-decoration: none; font-size: 1.5rem; font-weight: 700; }
.tagline { color: var(--soft); font-size: .95rem; flex: 1; }
.languages { display: flex; gap: .15rem; margin-left: auto; font-size: .9rem; }
.languages a { color: var(--soft); text-decoration: none; padding: .45rem .55rem; border-radius: 6px; }
.languages a[aria-current] { color: var(--ink); font-weight: 700; box-shadow: inset 0 -2px var(--accent); border-radius: 0; }
.cart-link { color: var(--ink); text-decoration: none; white-space: nowrap; padding: .4rem 0; }
.badge {
  display: inline-block; min-width: 1.7em; text-align: center; padding: .05em .45em; margin-left: .2rem; border-radius: 99px;
  background: var(--accent); color: var(--accent-ink); font-weight: 700; font-size: .9rem;
}
.ornament { height: 16px; background: url('/ornament.svg') repeat-x center; }
main { flex: 1; padding-top: 2.25rem; padding-bottom: 3rem; }
footer { color: var(--soft); font-size: .9rem; padding-top: 1rem; padding-bottom: 1.5rem; border-top: 1px solid var(--line); }

.hero { max-width: 44rem; margin-bottom: 2rem; }
.hero h1 { font-size: clamp(2rem, 6vw, 3.25rem); margin-bottom: .6rem; }
.hero p { font-size: 1.15rem; color: var(--soft); }
.shelf { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.5rem; }
.card, .panel { background: var(--panel); border: 1px solid var(--line); border-radius: 18px; box-shadow: var(--shadow); }
.card { display: flex; flex-direction: column; overflow: hidden; }
.card-text { padding: 1.25rem; display: flex; flex-direction: column; flex: 1; }
.card-text p { color: var(--soft); flex: 1; }
.picture { display: grid; place-items: center; padding: 1.25rem; }
.picture svg { width: 100%; max-width: 14rem; height: auto; transition: transform .3s; }
.card:hover .picture svg { transform: translateY(-4px) rotate(-1deg); }
.picture.small { width: 4.5rem; height: 4.5rem; padding: .4rem; border-radius: 12px; }
.clay-cup { background: var(--cup); } .linen-shirt { background: var(--shirt); } .honey { background: var(--honey); }
.buy { display: flex; align-items: center; justify-content: space-between; gap: .75rem; flex-wrap: wrap; }
.price { font-size: 1.25rem; white-space: nowrap; }

button, .button {
  font: inherit; font-weight: 600; cursor: pointer; text-align: center; text-decoration: none; display: inline-block;
  padding: .65rem 1.25rem; min-height: 2.75rem; border: 0; border-radius: 12px; background: var(--accent); color: var(--accent-ink);
  transition: filter .15s, transform .1s;
}
button:hover, .button:hover { filter: brightness(1.1); }
button:active, .button:active { transform: translateY(1px); }
button:disabled { opacity: .4; cursor: default; }
.wide { width: 100%; font-size: 1.1rem; padding: .85rem; margin-top: .5rem; }
.checkout-bar {
  margin: 1.75rem 0 0; padding: .75rem .75rem .75rem 1.25rem; display: flex; align-items: center;
  justify-content: space-between; gap: 1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 18px; box-shadow: var(--shadow);
}
.checkout-bar .button { white-space: nowrap; }
.checkout-bar a:first-child { color: inherit; text-decoration: none; }

.panel { padding: 1.5rem; }
.columns { display: grid; grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr); gap: 1.5rem; align-items: start; }
.columns > :only-child { grid-column: 1 / -1; }
.cart-lines li { display: grid; grid-template-columns: auto 1fr auto 8rem; gap: 1rem; align-items: center; padding: 1rem 0; border-bottom: 1px solid var(--line); }
.cart-lines li:first-child { padding-top: 0; }
.cart-name span { display: block; color: var(--soft); font-size: .95rem; }
.line-amount { text-align: right; white-space: nowrap; }
.stepper { display: flex; align-items: center; gap: .25rem; }
.stepper button { background: transparent; color: var(--ink); border: 1px solid var(--line); padding: 0; width: 2.75rem; font-size: 1.1rem; }
.stepper output { min-width: 2.25rem; text-align: center; font-weight: 700; }
.stepper .quiet, .stepper .quiet:hover { border: 0; width: auto; padding: 0 .6rem; color: var(--soft); font-size: .95rem; font-weight: 400; text-decoration: underline; }
.total { display: flex; justify-content: space-between; align-items: baseline; margin: 1.25rem 0; }
.total strong { font-size: 1.5rem; }
.actions { display: flex; justify-content: space-between; align-items: center; gap: 1rem; margin: 0; }
.empty { text-align: center; padding: 3rem 1.5rem; }
.summary li { display: flex; justify-content: space-between; gap: 1rem; padding: .55rem 0; border-bottom: 1px solid var(--line); }
.summary li span:last-child, .total strong { white-space: nowrap; }
.summary .total { margin: 1rem 0 0; }
.summary .total strong { font-size: 1.25rem; }

.field { margin-bottom: 1.1rem; }
label { display: block; font-weight: 600; margin-bottom: .3rem; }
.field input {
  font: inherit; width: 100%; padding: .7rem .9rem; border: 1.5px solid var(--line); border-radius: 12px; background: var(--paper); color: var(--ink);
}
.ways { border: 0; padding: 0; margin: 0 0 1.1rem; }
.ways legend { font-weight: 600; padding: 0; margin-bottom: .3rem; }
.way { display: flex; align-items: center; gap: .6rem; font-weight: 400; padding: .7rem .9rem; margin-bottom: .5rem; border: 1.5px solid var(--line); border-radius: 12px; cursor: pointer; }
.way:has(:checked) { border-color: var(--accent); }
.way input { flex: none; width: 1.2rem; height: 1.2rem; margin: 0; accent-color: var(--accent); }
#card-fields { margin: 0 -3px 1rem; }
.field input[aria-invalid] { border-color: var(--bad); }
.hint, .note { color: var(--soft); font-size: .92rem; margin: .35rem 0 0; }
.note { text-align: center; margin-top: .9rem; }
.problem { color: var(--bad); font-size: .95rem; margin: .35rem 0 0; }
.notice { border-radius: 12px; padding: .7rem 1rem; border: 1px solid var(--line); background: var(--paper); }
.notice.bad { color: var(--bad); border-color: currentColor; }
.notice-page { max-width: 38rem; margin: 1rem auto; }
.notice-page .actions { margin-top: 1.5rem; }
.code { color: var(--soft); }
code { font-family: ui-monospace, 'Cascadia Code', Menlo, 'DejaVu Sans Mono', monospace; font-size: .88em; overflow-wrap: anywhere; }

.status { text-align: center; padding: 1.5rem 1.5rem 2rem; }
.status > div { --tone: var(--calm); }
.status > .wait { --tone: var(--wait); } .status > .good { --tone: var(--good); } .status > .bad { --tone: var(--bad); }
.status h2 { font-size: 1.6rem; color: var(--tone); }
.status p { max-width: 32rem; margin-left: auto; margin-right: auto; }
.status .amount { font-size: 1.5rem; font-weight: 700; margin-block: 1rem; }
.status .button, .status button { margin-top: 1rem; }
.icon { width: 4.5rem; height: 4.5rem; margin: 1.75rem 0 .75rem; fill: none; stroke: var(--tone); stroke-width: 3.5; stroke-linecap: round; stroke-linejoin: round; }
.icon .ring { stroke-width: 2; opacity: .25; }
.icon .spin { stroke-dasharray: 28 72; transform-origin: 24px 24px; animation: spin 1.4s linear infinite; }
.steps { display: flex; }
.steps li { flex: 1; position: relative; padding-top: 2rem; font-size: .92rem; color: var(--soft); }
.steps li::before {
  content: ''; position: absolute; top: 0; left: calc(50% - .7rem); width: 1.4rem; height: 1.4rem; border-radius: 50%; z-index: 1;
  background: var(--panel); border: 2px solid var(--line);
}
.steps li + li::after { content: ''; position: absolute; top: .65rem; right: 50%; width: 100%; height: 2px; background: var(--line); }
.steps .done { color: var(--ink); }
.steps .done::before { background: var(--good); border-color: var(--good); }
.steps .done + .done::after { background: var(--good); }
.steps [aria-current] { color: var(--ink); font-weight: 700; }
.steps [aria-current]::before { border-color: var(--tone); box-shadow: inset 0 0 0 .22rem var(--panel), inset 0 0 0 1rem var(--tone); }
table.events { width: 100%; border-collapse: collapse; font-size: .92rem; }
.events th, .events td { text-align: left; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.events [data-outcome='refused'], .events [data-outcome='failed'] { color: var(--bad); }
@keyframes spin { to { transform: rotate(1turn); } }

@media (max-width: 46rem) {
  .tagline { display: none; }
  .checkout-bar { position: sticky; bottom: .75rem; }
  .bar { gap: .5rem; }
  main { padding-top: 1.5rem; }
  .columns { grid-template-columns: minmax(0, 1fr); }
  .cart-lines li { grid-template-columns: auto 1fr auto; }
  .cart-lines .stepper { grid-column: 1 / -1; grid-row: 2; }
}
@media (prefers-reduced-motion: reduce) {
  * { transition: none !important; }
  .icon .spin { animation-duration: 6s; }
}
`;
