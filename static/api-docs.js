// Samples are one click to copy; without script there is no button for it.
(() => {
  "use strict";
  document.querySelectorAll("[data-copy-text][hidden]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy-text]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copyText).textContent);
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1200);
  });

  // An address with an object or operation in it opens what it is folded into.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    target?.querySelector(":scope > details")?.setAttribute("open", "");
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // On narrow screens the contents close once something is chosen from them.
  document.querySelector(".docs-nav")?.addEventListener("click", () => {
    const menu = document.getElementById("menu");
    if (menu) menu.checked = false;
  });
})();
