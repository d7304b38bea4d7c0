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
