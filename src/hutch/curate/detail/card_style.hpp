/// Style the HTML card: one column of text, plots on white in light and dark.
#pragma once

namespace hutch::curate::detail {

inline constexpr char card_style[] =
    R"css(:root { color-scheme: light dark; --ink: #1c2330; --soft: #5a6577; --line: #d9dee6; --page: #f5f6f8; --sheet: #fff;
  --code: #eef1f5; --link: #1a5fb4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --soft: #9aa5b5; --line: #353d49; --page: #14181e; --sheet: #1c222a; --code: #262d37; --link: #82b4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
header, section { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem 1.5rem; margin: 0 0 1rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: 0 0 .75rem; max-width: 46rem; overflow-wrap: break-word; }
section > :last-child { margin-bottom: 0; }
a { color: var(--link); overflow-wrap: anywhere; }
.numbers { list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .75rem; padding: 0; margin: 1rem 0; }
.numbers li { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .75rem; color: var(--soft); font-size: .85rem; }
.numbers b { display: block; color: var(--ink); font-size: 1.3rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 0 0 .9rem; }
table { border-collapse: collapse; font-size: .9rem; min-width: 50%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85em; }
td code { overflow-wrap: anywhere; font-size: .87em; }
pre { background: var(--code); border-radius: 8px; padding: .8rem 1rem; margin: 0 0 .9rem; overflow-x: auto; line-height: 1.45; font-size: .9rem; }
pre code { font-size: inherit; }
details { margin: 0 0 .9rem; }
summary { cursor: pointer; color: var(--link); margin: 0 0 .5rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: .9rem; margin: 0 0 .9rem; }
figure { margin: 0; background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: .4rem; color-scheme: light; }
figure svg { display: block; width: 100%; height: auto; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .4rem; } header, section { padding: 1rem; } }
@media print { body { background: none; } header, section { border: none; padding: 0; } section { break-inside: auto; } figure { break-inside: avoid; } }
)css";

}  // namespace hutch::curate::detail
