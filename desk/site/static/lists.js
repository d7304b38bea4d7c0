// The library's lists under our policy of scripts: what it would do in tags, and the word that its requests bear.
"use strict";
{
  const word = document.querySelector('meta[name="form-word"]').content;
  const kept = Cookies.get.bind(Cookies);
  Cookies.get = (name) => (name === "starlette_admin_csrftoken" ? word : kept(name));
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-desk-columns]")) applyColumnVisibility();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-desk-goes]")) window.location = event.target.value;
});
// On a phone a row is a card, and each cell says the name of its column.
for (const table of document.querySelectorAll(".table:has(th[data-column])")) {
  table.classList.add("table-stack");
  for (const head of table.querySelectorAll("th[data-column]")) {
    const label = head.querySelector("a")?.firstChild.textContent.trim() || head.textContent.trim();
    for (const cell of table.querySelectorAll(`td[data-column="${head.dataset.column}"]`)) {
      if (cell.textContent.trim() || cell.firstElementChild) cell.dataset.label = label;
    }
  }
}
