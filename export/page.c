/* SPDX-License-Identifier: MIT */
#include "export/page.h"

/* SHA-256 of the style below, as the policy names it; tests/e2e/page.py says when it is another. */
#define STYLE_HASH "sha256-mdvtnG83yeGkBeJtegcsCLcfniLXX2NqPQQUt0BGLlg="

const char vwx_page_policy[] = "default-src 'none'; style-src '" STYLE_HASH "'; img-src data:; "
			       "base-uri 'none'; form-action 'none'";

/* Neither '<' nor '&' is in it, so that it is the same text to HTML and to XML. One rule a line. */
/* clang-format off */
static const char *const style[] = {
	"\n",

	/* Colours: 4.5:1 and more against what they stand on, in both schemes. Paper is always light. */
	":root{color-scheme:light;--paper:#f3f4f7;--card:#fff;--ink:#15181e;--soft:#555d6a;--line:#d9dde4}\n"
	":root{--tint:#eef1f6;--accent:#1d4fbf;--good:#11672e;--warn:#864a00;--bad:#b0221a}\n"
	"@media screen and (prefers-color-scheme:dark){\n"
	":root{color-scheme:dark;--paper:#0d1015;--card:#161a21;--ink:#e8ebf0;--soft:#a3acb9;--line:#2d343f}\n"
	":root{--tint:#1f252f;--accent:#8db6ff;--good:#70d68e;--warn:#f2b760;--bad:#ff958b}\n"
	"}\n",

	/* Text. */
	"*{box-sizing:border-box}\n"
	"html{background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
	"html{font:100%/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Liberation Sans\",sans-serif}\n"
	"body{max-width:72rem;margin:0 auto;padding:0 clamp(1rem,3vw,2rem) 2rem;overflow-wrap:anywhere}\n"
	"h1,h2,h3,p,ul,ol,dl,dd{margin:0;padding:0}\n"
	"ul,ol{list-style:none}\n"
	"h1{font-size:clamp(1.7rem,1.25rem + 2vw,2.6rem);line-height:1.15;letter-spacing:-.02em;text-wrap:balance}\n"
	"h2{font-size:1.125rem;line-height:1.3}\n"
	"h3{font-size:1rem;line-height:1.35}\n"
	"code,time{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\",monospace}\n"
	"code,time{font-size:.875em;unicode-bidi:isolate}\n"
	"dd,td,th,h1,.name,.with,.where strong{unicode-bidi:isolate}\n"
	"a{color:var(--accent);text-underline-offset:.15em}\n"
	":focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}\n"
	"[id]{scroll-margin-top:1rem}\n"
	".note,.origin,footer{color:var(--soft);font-size:.875rem;font-weight:400}\n"
	"p:empty{display:none}\n"
	".good,.yes{color:var(--good)}\n"
	".warn,.unknown{color:var(--warn)}\n"
	".bad{color:var(--bad)}\n"
	".plain,.no{color:var(--soft)}\n",

	/* The frame. */
	".brand{display:flex;align-items:center;gap:.5rem;padding:1.25rem 0;font-weight:700}\n"
	".brand svg{width:1.5rem;height:1.5rem;fill:var(--accent)}\n"
	"main,.pair,.column{display:grid;gap:1.25rem;align-content:start;grid-template-columns:minmax(0,1fr)}\n"
	"@media(min-width:54rem){.pair{grid-template-columns:minmax(0,1.25fr) minmax(0,1fr)}}\n"
	".headline{padding:.5rem 0 .75rem}\n"
	".headline .origin{margin-bottom:.5rem}\n"
	".where{font-size:1.2rem;margin-top:.5rem;color:var(--soft)}\n"
	".where strong{color:var(--ink)}\n"
	".card{background:var(--card);border:1px solid var(--line);border-radius:14px;min-width:0}\n"
	".card{padding:clamp(1rem,2.4vw,1.5rem)}\n"
	".card h2+*,.card p+*,.card ul+*,.card dl+*{margin-top:.875rem}\n"
	".badges,.words{display:flex;flex-wrap:wrap;gap:.5rem}\n"
	".badges{margin-top:1rem}\n"
	".badges li{border:1px solid currentColor;border-radius:99px;padding:.2rem .8rem}\n"
	".badges li{font-size:.9rem;font-weight:600}\n"
	".badges a{color:inherit}\n"
	".words li{background:var(--tint);border-radius:6px;padding:.1rem .5rem}\n"
	".answer strong{font-size:1.25rem}\n"
	"footer{margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line)}\n"
	"footer p+p{margin-top:.5rem}\n",

	/* The layers. */
	".stack{display:grid;gap:.3rem}\n"
	".stack li{display:grid;grid-template-columns:2.25rem minmax(0,1fr) auto;gap:.25rem .75rem}\n"
	".stack li{align-items:baseline;padding:.8rem 1rem;border:2px solid var(--line);border-radius:8px}\n"
	".stack li{background:var(--tint)}\n"
	".stack .level{font-weight:700;color:var(--soft)}\n"
	".stack .name{font-weight:600}\n"
	".stack .known{font-size:.8125rem;color:var(--soft)}\n"
	".stack .kernel{border-color:var(--accent);background:none}\n"
	".stack .inferred{border-style:dashed;border-color:var(--warn);background:none}\n"
	".stack .declared{border:4px double var(--accent);background:none}\n"
	".stack .inferred .known{color:var(--warn)}\n"
	".stack .declared .known,.stack .kernel .known{color:var(--accent);font-weight:600}\n"
	".ground{color:var(--soft);font-size:.875rem;text-align:center}\n"
	".card .stack+.ground{margin-top:.3rem}\n"
	".ground::before{content:\"\";display:block;height:.75rem;margin-bottom:.35rem}\n"
	".ground::before{border-top:2px solid var(--soft)}\n"
	".ground::before{background:repeating-linear-gradient(135deg,var(--soft) 0 1px,transparent 1px 8px)}\n",

	/* Names with their values. */
	".facts div{display:grid;grid-template-columns:minmax(7rem,2fr) 3fr;gap:.75rem;padding:.35rem 0}\n"
	".facts div+div{border-top:1px solid var(--line)}\n"
	".facts dt{color:var(--soft)}\n"
	".facts dd{font-weight:600}\n",

	/* Cells of the EC2 table. */
	".cell{display:grid;place-items:center;min-width:2.5rem;padding:.2rem;border:1px solid transparent}\n"
	".cell{border-radius:6px;font-weight:700;line-height:1.5}\n"
	".cell{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
	".cell.vs{background:#b3261e;color:#fff}\n"
	".cell.p{background:#1d5fc4;color:#fff}\n"
	".cell.vh{background:#17733a;color:#fff}\n"
	".cell.h{background:#8ff0a4;color:#0b3015}\n"
	".cell.none,.cell.unknown{border:1px dashed var(--soft);color:var(--soft)}\n"
	".dimensions{display:grid;gap:1.25rem 1.5rem}\n"
	".dimensions{grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr))}\n"
	".dimensions li{display:grid;grid-template-columns:3.25rem minmax(0,1fr);gap:.9rem;align-items:start}\n"
	".dimensions .cell{height:3.25rem;font-size:1.2rem;border-radius:10px}\n"
	".dimensions .class{color:var(--soft)}\n"
	".card .dimensions p{margin-top:0}\n"
	".legend{display:grid;gap:.4rem 1.25rem;font-size:.875rem}\n"
	".legend{grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr))}\n"
	".legend div{display:grid;grid-template-columns:2.5rem minmax(0,1fr);gap:.6rem;align-items:center}\n",

	/* Tables. */
	".scroll{overflow-x:auto;margin:0 -.25rem;padding:.25rem}\n"
	".scroll+*{margin-top:.75rem}\n"
	"table{border-collapse:collapse;width:100%;min-width:40rem;font-size:.9375rem}\n"
	"caption{text-align:left;color:var(--soft);font-size:.875rem;padding-bottom:.6rem}\n"
	"th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;border-top:1px solid var(--line)}\n"
	"thead th{border-top:0;color:var(--soft);font-size:.8125rem;font-weight:600;vertical-align:bottom}\n"
	"th .note,td strong{display:block}\n"
	"td .cell{display:inline-grid}\n"
	"tr:target{background:var(--tint)}\n"
	".types{border-collapse:separate;border-spacing:4px;table-layout:fixed;min-width:0}\n"
	".types th,.types td{border:0;padding:0;vertical-align:middle}\n"
	".types thead th{text-align:center;vertical-align:bottom}\n"
	".types th:first-child{width:32%;text-align:left;padding:.2rem .5rem .2rem 0}\n"
	".types .cell{display:grid;min-width:0;padding-inline:0;white-space:nowrap}\n"
	".types .own th{font-size:1.0625rem}\n"
	".types .own .cell{padding:.6rem 0;font-size:1.125rem}\n"
	".types .own th,.types .own td{padding-bottom:.75rem}\n"
	".types .fits th code{color:var(--accent);font-weight:700}\n"
	".types .fits .cell{outline:2px solid var(--accent);outline-offset:1px}\n"
	".evidence th,.evidence td:nth-child(2){white-space:nowrap}\n"
	".devices :is(th,td){overflow-wrap:break-word}\n"
	".card td p{margin-top:0}\n"
	"@media(max-width:40rem){\n"
	".types{border-spacing:3px;font-size:.8125rem}\n"
	".types th .note{display:none}\n"
	".types thead th+th{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left}\n"
	".types thead th+th{line-height:2rem;padding:.4rem 0}\n"
	".types th:first-child{width:6.75rem;padding-right:0}\n"
	".types .own .cell{font-size:.9375rem}\n"
	"}\n",

	/* Checks, and what folds. */
	".findings{display:grid;gap:.75rem}\n"
	".card .findings div{margin-top:0}\n"
	".findings li{display:grid;gap:.35rem 1.25rem;color:var(--ink);background:var(--tint);padding:.9rem 1rem}\n"
	".findings li{border-left:5px solid var(--soft);border-radius:8px}\n"
	".findings p+p{margin-top:.35rem}\n"
	".findings .tag code{color:var(--soft)}\n"
	".findings .fatal{border-color:var(--bad)}\n"
	".findings .fatal .tag strong{color:var(--bad)}\n"
	".findings .degraded,.findings .warn,.findings .unknown{border-color:var(--warn)}\n"
	".findings :is(.degraded,.warn,.unknown) .tag strong{color:var(--warn)}\n"
	".findings .advice{border-color:var(--accent)}\n"
	"@media(min-width:40rem){\n"
	".findings li{grid-template-columns:6.5rem minmax(0,1fr)}\n"
	".findings .tag code{display:block}\n"
	"}\n"
	"summary{cursor:pointer;font-weight:600}\n"
	"summary h2{display:inline}\n"
	"summary+*,details+details{margin-top:.75rem}\n"
	".fold+.fold{margin-top:.75rem;padding-top:.75rem;border-top:1px solid var(--line)}\n"
	".count{display:inline-block;background:var(--tint);color:var(--soft);border-radius:99px;padding:0 .6rem}\n"
	".count,.card h2+.count{font-size:.875rem;margin-top:0}\n"
	".quiet li{padding:.35rem 0}\n"
	".quiet li+li{border-top:1px solid var(--line)}\n",

	/* Paper. */
	"@media print{\n"
	"html{background:#fff;font-size:80%}\n"
	"body{max-width:none;padding:0}\n"
	".card{break-inside:avoid;border-color:#999}\n"
	".scroll{overflow:visible}\n"
	"table{min-width:0}\n"
	"details::details-content{content-visibility:visible;block-size:auto}\n"
	"}\n",
};
/* clang-format on */

/* Three layers; the lowest is the widest. */
#define LAYERS "M4 1h8v4H4zM2 6h12v4H2zM0 11h16v4H0z"

void vwx_page_begin(struct vwb_buffer *out, const char *title)
{
	vwb_put(out, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
		     "<meta charset=\"utf-8\"/>\n");
	vwx_markup(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\"/>\n", vwx_page_policy);
	vwb_put(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		     "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
		     "<meta name=\"referrer\" content=\"no-referrer\"/>\n");
	vwx_markup(out, "<title>%s · virtwhere</title>\n", title);
	vwb_put(out,
		"<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
		"viewBox='0 0 16 16'%3E%3Cpath fill='%231d5fc4' d='" LAYERS "'/%3E%3C/svg%3E\"/>\n<style>");
	for (size_t i = 0; i < VW_COUNT(style); i++)
		vwb_put(out, style[i]);
	vwb_put(out, "</style>\n</head>\n<body>\n<header>\n<p class=\"brand\">"
		     "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">"
		     "<path d=\"" LAYERS "\"/></svg>virtwhere</p>\n</header>\n");
}

void vwx_page_end(struct vwb_buffer *out)
{
	vwb_put(out, "</body>\n</html>\n");
}
