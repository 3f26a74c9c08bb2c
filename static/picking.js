// Choosing rows of a list: how many there are, ranges with Shift, x for the row with the focus.
(() => {
  "use strict";
  const OFF = "duebill-keys-off"; // keys.js: single letters are no shortcuts
  let last = null;

  const form = () => document.querySelector("[data-picking]");
  const picks = () => [...document.querySelectorAll("[data-picking] [data-pick]")];

  const show = () => {
    const picking = form();
    if (!picking) return;
    const all = picks();
    const chosen = all.filter((pick) => pick.checked).length;
    const everything = picking.querySelector("[name=all]");
    const head = picking.querySelector("[data-pick-page]");
    const count = picking.querySelector("[data-count]");
    head.checked = all.length > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
    picking.classList.toggle("is-picking", chosen > 0 || Boolean(everything?.checked));
    if (everything?.checked) count.textContent = count.dataset.all;
    else if (chosen === 0) count.textContent = count.dataset.none;
    else count.textContent = chosen === 1 ? count.dataset.one : count.dataset.many.replace("{number}", chosen);
  };

  const range = (from, to, checked) => {
    const all = picks();
    const [first, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
    if (first < 0) return;
    all.slice(first, end + 1).forEach((pick) => { pick.checked = checked; });
  };

  document.addEventListener("click", (event) => {
    const pick = event.target.closest("[data-pick]");
    if (!pick) return;
    if (event.shiftKey && last && last !== pick) range(last, pick, pick.checked);
    last = pick;
    show();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-page]")) picks().forEach((pick) => { pick.checked = event.target.checked; });
    if (event.target.closest("[data-picking]")) show();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select") || event.target.isContentEditable) return;
    if (document.querySelector("dialog[open]") || localStorage.getItem(OFF) !== null) return;
    const pick = event.target.closest("tr")?.querySelector("[data-pick]");
    if (!pick) return;
    event.preventDefault();
    pick.checked = !pick.checked;
    last = pick;
    show();
  });

  document.addEventListener("htmx:afterSettle", () => { last = null; show(); });
  window.addEventListener("pageshow", show);
})();
