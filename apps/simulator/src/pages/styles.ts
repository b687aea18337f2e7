/** The one stylesheet of every page: no external resources, light and dark, contrast at least 4.5 to 1. */
export const STYLES = `
:root{color-scheme:light dark;--bg:#eef2f7;--card:#fff;--ink:#14202e;--soft:#51606f;--line:#d3dbe5;--field:#fff;--brand:#0b5d4e;--brand-ink:#fff;--tint:#e4f2ee;--bad:#a81d2d;--bad-tint:#fdecee;--warn:#6b4a00;--warn-tint:#fff4d6}
@media (prefers-color-scheme:dark){:root{--bg:#0f1720;--card:#18222e;--ink:#edf2f7;--soft:#a9b7c6;--line:#314050;--field:#111a24;--brand:#43c6a9;--brand-ink:#06231d;--tint:#15332d;--bad:#ff9aa5;--bad-tint:#3a1a20;--warn:#ffd98a;--warn-tint:#3a2f12}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
a{color:var(--brand)}
header.top{display:flex;align-items:center;justify-content:space-between;gap:16px;max-width:480px;margin:0 auto;padding:20px 20px 12px}
body.wide header.top,body.wide main{max-width:920px}
.bank{display:flex;align-items:center;gap:10px;font-weight:700;color:var(--ink);text-decoration:none;white-space:nowrap}
.bank svg{color:var(--brand)}
.badge{display:inline-block;padding:2px 9px;border-radius:99px;background:var(--warn-tint);color:var(--warn);font-size:13px;font-weight:600}
nav.lang{display:flex;gap:4px;font-size:14px}
nav.lang a,nav.lang span{padding:4px 9px;border-radius:8px;text-decoration:none;color:var(--soft)}
nav.lang [aria-current]{background:var(--card);color:var(--ink);font-weight:600;box-shadow:inset 0 0 0 1px var(--line)}
main{max-width:480px;margin:0 auto;padding:0 16px 20px}
.card{background:var(--card);border:1px solid var(--line);border-radius:18px;padding:24px;box-shadow:0 10px 30px rgb(10 30 50/.07);margin-bottom:16px}
h1{font-size:22px;line-height:1.25;margin:0 0 4px}
h2{font-size:17px;margin:0 0 8px}
p{margin:0 0 12px}
.soft{color:var(--soft);font-size:15px}
.small{font-size:14px}
.sum{display:flex;align-items:baseline;justify-content:space-between;gap:16px;flex-wrap:wrap;margin-bottom:20px;padding-bottom:16px;border-bottom:1px solid var(--line)}
.amount{font-size:30px;font-weight:750;letter-spacing:-.01em;white-space:nowrap}
label{display:block;font-weight:600;font-size:15px;margin-bottom:6px}
.field{margin-bottom:16px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:14px}
input{width:100%;padding:13px 14px;font:inherit;font-size:17px;font-variant-numeric:tabular-nums;color:var(--ink);background:var(--field);border:1px solid var(--soft);border-radius:11px}
input[aria-invalid=true]{border-color:var(--bad)}
.hint{color:var(--soft);font-size:14px;margin:4px 0 0}
.wrong{color:var(--bad);font-size:14px;font-weight:600;margin-top:4px}
.alert{background:var(--bad-tint);color:var(--bad);border-radius:11px;padding:11px 14px;margin-bottom:16px;font-weight:600}
button,.button{display:block;width:100%;padding:14px 18px;font:inherit;font-weight:650;text-align:center;text-decoration:none;border-radius:11px;border:1px solid transparent;cursor:pointer}
.primary{background:var(--brand);color:var(--brand-ink)}
.primary:hover{filter:brightness(1.08)}
.wallet{background:var(--ink);color:var(--card)}
.wallet:hover{filter:brightness(1.2)}
.quiet{background:transparent;color:var(--ink);border-color:var(--line)}
.quiet:hover{background:var(--tint)}
.stack>*+*{margin-top:10px}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.cards{display:grid;gap:8px;margin-bottom:12px}
.cards button{display:flex;justify-content:space-between;align-items:center;gap:10px;padding:10px 14px;font-weight:500;text-align:left;font-size:15px}
.cards code{font-size:14px;color:var(--soft);white-space:nowrap}
.mark{width:64px;height:64px;border-radius:50%;display:grid;place-items:center;margin:4px auto 16px;font-size:32px;font-weight:700}
.mark.ok{background:var(--tint);color:var(--brand)}
.mark.no{background:var(--bad-tint);color:var(--bad)}
.mark.wait{background:var(--warn-tint);color:var(--warn)}
.center{text-align:center}
.otp{font-size:26px;letter-spacing:.3em;text-align:center}
dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;margin:0 0 16px;font-size:15px}
dt{color:var(--soft);text-align:left}
dd{margin:0;text-align:right;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:15px}
th,td{text-align:left;padding:8px 10px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}
tr:last-child td{border-bottom:0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em}
pre{background:var(--bg);border:1px solid var(--line);border-radius:11px;padding:12px 14px;overflow-x:auto;margin:0 0 12px}
h3{font-size:15px;margin:0 0 6px}
ol{margin:0 0 12px;padding-left:22px;font-size:15px}
ol li{margin-bottom:3px;overflow-wrap:anywhere}
.step{padding:12px 0;border-top:1px solid var(--line)}
h2+.step{border-top:0;padding-top:0}
.scroll+form{margin-top:14px}
.good{color:var(--brand)}
.bad{color:var(--bad)}
.ways{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:16px}
footer{color:var(--soft);font-size:14px;text-align:center;padding:4px 8px}
@media (max-width:400px){.card{padding:18px}.amount{font-size:26px}}
@media (max-width:460px){header.top{gap:8px;padding:16px 16px 12px}nav.lang a,nav.lang span{padding:4px 7px}.cards button{flex-direction:column;align-items:flex-start;gap:0}}
@media (prefers-reduced-motion:no-preference){button,.button{transition:background-color .15s,filter .15s}}
`;
