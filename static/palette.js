// The command palette: a combobox over the results that the search page gives.
(() => {
  "use strict";
  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = document.getElementById("palette-q");
  const list = document.getElementById("palette-list");
  const count = document.getElementById("palette-count");
  let asked = null; // what the last request asked for
  let shown = null; // what the options answer
  let active = -1;

  const options = () => [...list.querySelectorAll("a[role=option]")];

  const activate = (index) => {
    const found = options();
    found.forEach((option) => option.setAttribute("aria-selected", "false"));
    active = found.length ? (index + found.length) % found.length : -1;
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    found[active].setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", found[active].id);
    found[active].scrollIntoView({ block: "nearest" });
  };

  const open = () => {
    if (palette.open) return;
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
    palette.showModal();
    input.value = "";
    input.focus();
    htmx.trigger(input, "opened");
  };

  input.addEventListener("htmx:beforeRequest", () => { asked = input.value; });
  list.addEventListener("htmx:afterSwap", () => {
    shown = asked;
    list.scrollTop = 0;
    activate(0);
    const found = options().length;
    count.textContent = found === 1 ? count.dataset.one : count.dataset.many.replace("{number}", found);
  });

  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      activate(active + step);
    } else if (event.key === "Enter" && !event.isComposing && active >= 0 && shown === input.value) {
      event.preventDefault(); // what is typed faster than it is answered goes to the search page
      options()[active].click();
    }
  });
  list.addEventListener("pointermove", (event) => {
    const index = options().indexOf(event.target.closest("a[role=option]"));
    if (index >= 0 && index !== active) activate(index);
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else open();
  });
  document.addEventListener("palette", open);
})();
