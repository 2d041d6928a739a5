// What Gradio does not do: speak French, bring the question into view, say one short thing aloud.
"use strict";

for (const [name, value] of [["language", "fr-FR"], ["languages", ["fr-FR", "fr"]]]) {
  Object.defineProperty(navigator, name, { get: () => value, configurable: true });
}

(() => {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let status, shown = "0 ";

  const text = (element) => (element ? element.textContent.trim() : "");

  // the log of Gradio would be read whole: only the count is said, from an element of our own
  const prepare = (log) => {
    if (!status) {
      status = document.createElement("p");
      status.className = "vh";
      status.setAttribute("role", "status");
      log.parentElement.append(status);
    }
    const live = log.matches("[role=log]") ? log : log.querySelector("[role=log]");
    if (live && live.getAttribute("aria-live") !== "off") {
      live.setAttribute("aria-live", "off");
      live.setAttribute("aria-label", "Conversation");
    }
  };

  // the name that Gradio gives to a message is the whole message again, as HTML, after an English word
  const unname = () => {
    for (const message of document.querySelectorAll("#conversation [data-testid][aria-label]")) {
      message.removeAttribute("aria-label");
    }
  };

  const follow = () => {
    document.body.classList.remove("dark");  // one palette, whose contrasts are known
    const log = document.getElementById("conversation");
    if (!log) return;
    prepare(log);
    const parts = [...log.querySelectorAll(".me, .it")];
    const last = parts.at(-1);
    const now = `${parts.length} ${text(last)}`;
    if (now === shown) return;
    shown = now;
    status.textContent = last && last.matches(".it") ? text(last.querySelector(".found")) : "";
    // the question, with its answer below it; an answer by itself says what is wrong
    const before = parts.at(-2);
    const top = last && last.matches(".it") && before && before.matches(".me") ? before : last;
    if (top) top.scrollIntoView({ block: "start", behavior: still.matches ? "auto" : "smooth" });
  };

  let pending = 0;
  new MutationObserver(() => {
    unname();  // at once: before anything is painted or read
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(follow);
  }).observe(document, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-label"],
  });
})();
