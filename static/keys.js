// Shortcuts of single letters, never while something is being typed; they can be turned off.
(() => {
  "use strict";
  const help = document.getElementById("keys");
  if (!help) return;
  const box = document.getElementById("keys-on");
  const OFF = "duebill-keys-off";
  const PATIENCE = 1500; // milliseconds between a g and the letter after it
  let wentAt = -PATIENCE;

  box.checked = localStorage.getItem(OFF) === null;
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });

  const isTyping = (element) => element.isContentEditable || element.matches("input:not([type=checkbox]), textarea, select");
  const follow = (selector) => document.querySelector(selector)?.click();
  const searchHere = () => {
    const field = document.querySelector("main input[type=search]");
    if (field) field.select();
    else document.dispatchEvent(new Event("palette"));
  };
  const acts = {
    "?": () => help.showModal(),
    "/": searchHere,
    n: () => follow("main .acts a[href$='/new']"),
    g: (event) => { wentAt = event.timeStamp; },
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]") || !box.checked) return;
    const isSecond = event.timeStamp - wentAt < PATIENCE;
    wentAt = -PATIENCE;
    const act = isSecond ? () => follow(`nav a[data-key="${CSS.escape(event.key)}"]`) : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) help.showModal();
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
  });
  if (/Mac|iP(hone|ad)/.test(navigator.platform)) {
    document.querySelectorAll("[data-command]").forEach((key) => { key.textContent = "⌘"; });
  }
})();
