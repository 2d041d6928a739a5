// What Gradio does not do: speak French, bring what is new into view and say it aloud in one short sentence,
// follow the links and buttons of our own HTML without leaving the page, copy, download.
"use strict";

for (const [name, value] of [["language", "fr-FR"], ["languages", ["fr-FR", "fr"]]]) {
  Object.defineProperty(navigator, name, { get: () => value, configurable: true });
}

(() => {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const PATIENCE_MS = 10000;  // for an answer to a message, before the next is sent all the same
  const SOON_MS = 30;         // until what was drawn has its place
  const WRITING_MS = 500;     // without a key, before a note is kept
  const MOST_NOTE = 5000;
  const TALK = "/?vue=conversation";

  const by = (id) => document.getElementById(id);
  const text = (element) => (element ? element.textContent.trim().replace(/\s+/g, " ") : "");
  const shown = (element) => Boolean(element && element.checkVisibility());

  // ---- saying: one polite region for the whole page
  let status;
  const tell = (said) => {
    if (!status) {
      status = document.createElement("p");
      status.className = "vh";
      status.setAttribute("role", "status");
      document.body.append(status);
    }
    if (status.textContent !== said) status.textContent = said;
  };

  // ---- messages to the server, one after the other: each carries the selection as the one before left it
  const waiting = [];
  let turn = 0, sent = 0;

  // the selection: what the browser keeps is the only truth, whichever tab wrote it last
  const KEPT = "assistant-selection-de-fiches";
  let unkept = "";  // where the browser keeps nothing, it lasts as long as the page
  const stored = () => {
    try { return localStorage.getItem(KEPT) || ""; } catch { return unkept; }
  };
  const store = (selection) => {
    unkept = selection;
    try { localStorage.setItem(KEPT, selection); } catch { /* it lasts as long as the page */ }
  };

  const fill = (id, value) => {
    const box = document.querySelector(`#${id} :is(textarea, input)`);
    if (!box) return null;
    box.value = value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    return box;
  };
  const write = (id, message) => {
    if (!by(id)) return false;
    fill("stored", stored());
    const box = fill(id, `${++turn}|${message}`);
    if (!box) return false;
    box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
    return true;
  };
  const send = (message) => {
    waiting.push(message);
    next();
  };
  const next = () => {
    if (sent || !waiting.length || !write("go", waiting.shift())) return;
    sent = turn;
    const mine = sent;
    setTimeout(() => { if (sent === mine) settle(); }, PATIENCE_MS);
  };
  const settle = () => {
    sent = 0;
    document.documentElement.classList.remove("opening");
    requestAnimationFrame(() => setTimeout(() => { arrive(); next(); }, SOON_MS));
  };

  // another tab changed the selection, or it was kept before the page opened
  const reread = () => {
    const kept = by("kept");
    if (!kept?.getAttribute("value") || waiting.length || sent || stored() === kept.title || !(stored() || ids(kept).length)) return;
    aim = { focus: key(document.activeElement) };
    send("relire");
  };
  const ids = (kept) => {
    try { return JSON.parse(kept.title).fiches.map((sheet) => sheet.id); } catch { return []; }
  };
  if (stored().includes('"id"')) {
    document.documentElement.classList.add("opening");
    setTimeout(() => document.documentElement.classList.remove("opening"), PATIENCE_MS);
  }
  addEventListener("storage", (event) => {
    if (event.key !== KEPT && event.key !== null) return;
    flush();
    reread();
  });
  addEventListener("pageshow", reread);
  document.addEventListener("visibilitychange", reread);

  // ---- going from view to view: the focus and the scroll are found again
  const left = new Map();  // by view: where it was scrolled, what had the focus
  let here = location.pathname + location.search;
  let aim = null;

  const place = (link) => {
    const said = new URLSearchParams(link.split("?")[1] || "");
    return `${said.get("vue") || (said.get("fiche") ? "fiche" : "conversation")} ${said.get("fiche") || ""}`;
  };
  const key = (element) => element && (element.id || element.value || element.getAttribute("href"));

  const visit = (link, push = true) => {
    flush();
    const from = place(here), to = place(link);
    if (from !== to) left.set(from, { top: scrollY, focus: key(document.activeElement) });
    aim = from === to ? { focus: key(document.activeElement) } : { ...left.get(to), view: to };
    here = link;
    if (push) history.pushState({}, "", link);
    send(link);
  };

  // links that differ by a page or a filter lead to the same thing; « ajouter » becomes « retirer »
  const same = (wanted) => {
    if (!wanted) return null;
    const id = wanted.split(":")[1];
    return by(wanted) || [...document.querySelectorAll("#place :is(button, a, input), #columns :is(a, button)")].find(
      (element) => shown(element) && (key(element) === wanted || (id && element.matches(".keep") && element.value.endsWith(`:${id}`)))
    );
  };

  const toExtract = () => {
    const extract = by("extrait");
    if (!extract) return false;
    document.querySelector("#head h1")?.focus({ preventScroll: true });
    extract.scrollIntoView({ block: "center" });
    return true;
  };
  const arrive = () => {
    const wanted = aim;
    aim = null;
    if (!wanted) return;
    const found = same(wanted.focus);
    if (!wanted.view) {
      if (document.activeElement === document.body) (found || document.querySelector("#head h1"))?.focus({ preventScroll: true });
      return;
    }
    if (wanted.view.startsWith("fiche") && wanted.top === undefined && toExtract()) return;
    scrollTo(0, wanted.top || 0);
    const title = document.querySelector(shown(by("columns")) ? "#question textarea" : "#head h1");
    (found && shown(found) ? found : title)?.focus({ preventScroll: true });
  };

  addEventListener("popstate", () => {
    const link = location.pathname + location.search;
    if (link !== here) visit(location.search ? link : TALK, false);
  });

  // ---- notes: boxes to write in, kept as one types
  const wide = matchMedia("(min-width: 64.01rem)");
  const unfolded = new Set();
  let writing = null;
  const keep = (box) => { send(`note:${box.dataset.sheet}\n${box.value}`); };
  const flush = () => {
    if (!writing) return;
    clearTimeout(writing.timer);
    keep(writing.box);
    writing = null;
  };
  const furnish = () => {
    for (const all of document.querySelectorAll("#view details.all:not([data-known])")) {
      all.dataset.known = "yes";
      all.open = unfolded.has(all.className) || wide.matches;  // always unfolded where there is room for it
      all.addEventListener("toggle", () => { unfolded[all.open ? "add" : "delete"](all.className); });
    }
    for (const note of document.querySelectorAll("#view div.note")) {
      const box = document.createElement("textarea");
      Object.assign(box, { id: note.id, rows: 3, maxLength: MOST_NOTE, value: note.textContent });
      box.dataset.sheet = note.getAttribute("value");
      box.addEventListener("input", () => {
        if (writing) clearTimeout(writing.timer);
        writing = { box, timer: setTimeout(flush, WRITING_MS) };
      });
      note.replaceWith(box);
    }
  };
  addEventListener("pagehide", flush);

  // ---- copying, downloading
  const copy = async (button) => {
    const said = button.classList.contains("link") ? new URL(button.value, location.origin).href : button.value;
    try {
      await navigator.clipboard.writeText(said);
      button.classList.add("copied");
      tell("Copié.");
    } catch {
      const box = document.createElement("textarea");
      Object.assign(box, { readOnly: true, value: said, rows: 4, className: "tocopy" });
      box.setAttribute("aria-label", "Texte à copier");
      button.parentElement.after(box);
      box.select();
      tell("Le navigateur ne permet pas de copier. Le texte est sélectionné : copiez-le.");
    }
  };

  // the export says why in a sentence; what stands before it, as to any program
  const reason = async (answer) => {
    const said = await answer.text();
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) return said;
    const { error, remedy } = JSON.parse(said);
    return `${error} ${remedy}`.trim();
  };
  const take = async (form, submitter) => {
    flush();
    const data = new FormData(form, submitter);
    for (const box of document.querySelectorAll("#view textarea[data-sheet]")) data.append(`note:${box.dataset.sheet}`, box.value);
    const line = form.querySelector(".ref");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data) });
      if (!answer.ok) throw new Error(await reason(answer));
      const file = document.createElement("a");
      file.href = URL.createObjectURL(await answer.blob());
      file.download = decodeURIComponent((answer.headers.get("Content-Disposition") || "").split("''")[1] || "fiches");
      file.click();
      setTimeout(() => URL.revokeObjectURL(file.href), PATIENCE_MS);
      line.textContent = `Fichier prêt : ${file.download}`;
    } catch (error) {
      line.textContent = error instanceof TypeError ? "Le serveur ne répond pas. Réessayez." : error.message;
    }
    tell(line.textContent);
  };

  // a place of the page: Gradio sets a base, from which « #place » would lead to the first view
  const jump = (id) => {
    const there = by(id);
    if (!there) return;
    there.setAttribute("tabindex", "-1");
    there.focus({ preventScroll: true });
    there.scrollIntoView({ block: id === "extrait" ? "center" : "start" });
  };

  // ---- what is clicked, ticked, sent
  const say = (value) => {
    if (!shown(by("columns"))) visit(TALK);
    write("say", value);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.go");
    if (link && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) && by("go")) {
      event.preventDefault();
      visit(link.getAttribute("href"));
    }
    const within = event.target.closest("a.skip, .toc a");
    if (within) {
      event.preventDefault();
      jump(within.getAttribute("href").slice(1));
    }
    const button = event.target.closest("button:is(.do, .say, .copy, .print)");
    if (!button) return;
    if (button.matches(".copy")) copy(button);
    else if (button.matches(".print")) print();
    else if (button.matches(".say")) say(button.value);
    else {
      flush();
      aim = { focus: key(button) };
      send(button.value);
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("input.go")) visit(event.target.value);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.go, form.take")) return;
    event.preventDefault();
    if (form.matches(".take")) take(form, event.submitter);
    else visit(`/?${new URLSearchParams(new FormData(form))}`);
  });
  document.addEventListener("keydown", (event) => {
    const back = by("back");
    if (event.key === "Escape" && shown(back)) back.click();
  });

  // ---- a server that does not answer: Gradio would say nothing
  let lost;
  addEventListener("unreachable", () => {
    if (!lost) {
      lost = document.createElement("p");
      lost.className = "lost";
      document.body.append(lost);
    }
    lost.textContent = "Le serveur ne répond pas. Rien n’est perdu : réessayez dans un moment, ou rechargez la page.";
    tell(lost.textContent);
  });
  addEventListener("reached", () => {
    lost?.remove();
    lost = null;
  });

  // ---- the conversation
  let last = "0 ";
  const follow = () => {
    const log = by("conversation");
    if (!log) return;
    const live = log.matches("[role=log]") ? log : log.querySelector("[role=log]");
    if (live && live.getAttribute("aria-live") !== "off") {  // it would be read whole: only the count is said
      live.setAttribute("aria-live", "off");
      live.setAttribute("aria-label", "Conversation");
    }
    // a remark under an answer is not what one asked for: the answer above it is shown first
    const parts = [...log.querySelectorAll(".me, .it:not(:has(> .gentle))")];
    const newest = parts.at(-1);
    // what is pressed within an answer is not a new one: its buttons and forms say what they did
    const now = `${parts.length} ${text(newest?.querySelector(".found") || newest)}`;
    if (now === last || !shown(log)) return;
    last = now;
    if (newest) tell(newest.matches(".it") ? text(newest.querySelector(".found")) : "");
    // the question, with its answer below it; an answer by itself says what is wrong
    const before = parts.at(-2);
    const top = newest && newest.matches(".it") && before && before.matches(".me") ? before : newest;
    if (top) top.scrollIntoView({ block: "start", behavior: still.matches ? "auto" : "smooth" });
    // the button that asked went with the answer that it stood under: the keyboard goes on from the new one
    const found = newest?.matches(".it") && newest.querySelector(".found");
    if (found && document.activeElement === document.body) {
      found.setAttribute("tabindex", "-1");
      found.focus({ preventScroll: true });
    }
  };

  // ---- keeping what Gradio draws in step
  let told = "";
  const announce = () => {
    // what was done, without the buttons beside it
    const done = [...document.querySelectorAll("#notice .notice, #notice .told > span")].map(text).join(" ");
    const now = [done, shown(by("place")) ? text(document.querySelector("#view .said")) : ""];
    if (now.join("|") === told) return;
    told = now.join("|");
    if (now.join("")) tell(now[0] || now[1]);
  };
  let heard = "";  // the last message that was answered
  const mark = () => {
    const kept = by("kept");
    if (!kept) return;
    const inBasket = new Set(ids(kept));
    for (const button of document.querySelectorAll("#conversation button.keep")) {
      const id = button.value.slice(button.value.indexOf(":") + 1), inside = inBasket.has(id);
      if (button.classList.contains("in") === inside) continue;
      button.classList.toggle("in", inside);
      button.value = `${inside ? "retirer" : "garder"}:${id}`;
      button.firstElementChild.textContent = inside ? "Dans ma sélection" : "Ajouter à ma sélection";
    }
    for (const tab of document.querySelectorAll("#top a.go")) {
      if (tab.matches(".here")) tab.setAttribute("aria-current", "page");
    }
    // Gradio opens links elsewhere, as if they left the page
    for (const link of document.querySelectorAll("a.go[target], .toc a[target], a.skip[target]")) link.removeAttribute("target");
    for (const table of document.querySelectorAll("#view .wrap[tabindex]:not([aria-label])")) {
      table.setAttribute("aria-label", text(table.querySelector("caption")));
    }
    const answered = kept.getAttribute("value");
    if (answered && answered !== heard) {
      heard = answered;
      if (answered !== "0") store(kept.title);
      else requestAnimationFrame(() => setTimeout(toExtract, SOON_MS));  // a link may open on an extract
      if (sent && answered === String(sent)) settle();
      else reread();
    }
  };
  const french = () => {
    for (const toast of document.querySelectorAll("[data-testid=toast-body]:not([lang])")) {
      toast.lang = "fr";
      toast.querySelector("[data-testid=toast-close]")?.setAttribute("aria-label", "Fermer");
      toast.querySelector(".toast-title, .toast-title-row span")?.replaceChildren("La page n’a pas pu répondre");
      toast.querySelector("[data-testid=toast-text]")?.replaceChildren("Réessayez dans quelques secondes.");
    }
  };

  let pending = 0;
  new MutationObserver(() => {
    // at once, before anything is painted or read. The name that Gradio gives to a message is the whole
    // message again, as HTML, after an English word
    for (const message of document.querySelectorAll("#conversation [data-testid][aria-label]")) message.removeAttribute("aria-label");
    furnish();
    mark();
    french();
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => {
      document.body.classList.remove("dark");  // one palette, whose contrasts are known
      follow();
      announce();
      next();
    });
  }).observe(document, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "value", "class"],
  });
})();
