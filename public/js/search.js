// The address follows what is looked for, so that a reload, a link and the way back show it again. Empty and usual
// values are left out of it.
(() => {
  document.addEventListener("htmx:after:swap", () => {
    const form = document.querySelector("form[data-search]");
    if (!form) return;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value !== "" && !(name === "age" && value === "any")) query.append(name, value);
    }
    const address = `${form.getAttribute("action")}${query.size ? `?${query}` : ""}`;
    if (address !== location.pathname + location.search) history.replaceState(null, "", address);
  });

  // What was typed has been asked for: leaving the field must not draw the hits anew under the keyboard.
  document.addEventListener(
    "change",
    (event) => {
      if (event.target.id === "search-q") event.stopPropagation();
    },
    true,
  );
})();
