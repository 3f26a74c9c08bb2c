// Comforts on top of pages that work without any of this.
(() => {
  "use strict";
  const root = document.documentElement;

  // Ids are one click to copy.
  const offerCopies = (within) => within.querySelectorAll("[data-copy][hidden]").forEach((b) => { b.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1200);
  });

  // A toast goes when clicked; the style sheet lets it fade by itself.
  document.addEventListener("click", (event) => event.target.closest("[data-toast]")?.remove());

  // Light and dark change at once; the form behind the button serves those without script.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".theme-switch")) return;
    event.preventDefault();
    const theme = event.submitter?.value === "dark" ? "dark" : "light";
    root.setAttribute("data-bs-theme", theme);
    root.setAttribute("data-theme-chosen", "");
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  });

  // A form on its way takes no second submit. That a double click does a thing once is the server's work.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches(".theme-switch")) return;
    if (form.ariaBusy) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.ariaBusy = "true";
  }, true);
  const release = () => document.querySelectorAll("form[aria-busy]").forEach((form) => { form.ariaBusy = null; });
  const asks = (element) => element.matches("#preview, #calculated, [name=calculate]");
  document.addEventListener("htmx:afterRequest", (event) => { if (!asks(event.detail.elt)) release(); });
  window.addEventListener("pageshow", release);

  // What is typed is previewed until the form is on its way: an answer then would be of no use, a preview call it back.
  document.addEventListener("htmx:confirm", (event) => {
    if (asks(event.detail.elt) && event.detail.elt.closest("form[aria-busy]")) event.preventDefault();
  });

  // An address carries only the filters that are set.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    for (const name of [...event.detail.formData.keys()]) {
      if (!event.detail.formData.get(name)) event.detail.formData.delete(name);
    }
  });

  // A refused form leads to the first thing to correct; a new page begins at its top.
  let path = location.pathname;
  document.addEventListener("htmx:afterSettle", (event) => {
    offerCopies(document);
    if (event.detail.elt.id !== "main") return;
    const alert = document.querySelector("#main [role=alert]");
    const invalid = document.querySelector("#main [aria-invalid=true]");
    if (alert) alert.scrollIntoView({ block: "center" });
    else if (invalid) invalid.focus();
    else if (location.pathname !== path) window.scrollTo(0, 0);
    path = location.pathname;
  });

  // Escape closes the menu of narrow screens.
  document.addEventListener("keydown", (event) => {
    const menu = document.getElementById("menu");
    if (event.key === "Escape" && menu?.checked) { menu.checked = false; menu.focus(); }
  });

  offerCopies(document);
})();
