// What was typed is not lost with a session: it stays in this tab, for whoever typed it, until the desk took it.
// A list of lines is found line by line, with the keys that keep each from being filed twice.
// The storage of a tab ends with the tab, and with "Quitter"; somebody else who signs in here finds nothing.
"use strict";
(() => {
  const who = document.body.dataset.who;
  const marked = "draft ";
  const mine = `${marked}${who} `;
  const store = window.sessionStorage;
  if (!who) return;

  for (const key of Object.keys(store)) {
    if (key.startsWith(marked) && !key.startsWith(mine)) store.removeItem(key);
  }
  const taken = document.querySelector(".alert-success") !== null;
  const all = () => Object.keys(store).filter((key) => key.startsWith(mine));
  for (const key of all()) {
    const draft = JSON.parse(store.getItem(key));
    if (!draft.sent) continue;
    if (taken) store.removeItem(key);
    else store.setItem(key, JSON.stringify({ ...draft, sent: false }));
  }

  const forms = [...document.querySelectorAll("main form[method=post]")].filter(
    (form) => "draft" in form.dataset || form.querySelector("textarea"));
  const pathOf = (form) => new URL(form.action, window.location).pathname;
  function keyOf(form) {
    const alike = forms.filter((each) => pathOf(each) === pathOf(form));
    return mine + pathOf(form) + (alike.length > 1 ? ` ${alike.indexOf(form)}` : "");
  }
  const fieldsOf = (form) => [...form.elements].filter((field) =>
    field.name && (field.matches("textarea") || "draft" in form.dataset)
    && !field.matches("[type=hidden]:not([data-keep]), [type=password], [type=submit], button, fieldset"));

  function keep(form, sent) {
    const values = fieldsOf(form).map((field) => field.matches("[type=radio], [type=checkbox]")
      ? [field.name, field.value, field.checked] : [field.name, field.value, null]);
    const typed = fieldsOf(form).some((field) => field.matches("textarea, input:not([type=radio], [type=checkbox], [type=hidden])")
      && field.value.trim());
    if (typed) store.setItem(keyOf(form), JSON.stringify({ values, sent }));
    else store.removeItem(keyOf(form));
  }

  // On a slow line somebody chooses or types before this script comes: that is newer than any draft.
  const touched = (field) => field.matches("[type=radio], [type=checkbox]") ? field.checked !== field.defaultChecked
    : field.matches("select") ? field.selectedIndex !== Math.max(0, [...field.options].findIndex((each) => each.defaultSelected))
    : field.value !== field.defaultValue;

  function put(form, values) {
    const rows = Math.max(0, ...values.map(([name]) => values.filter(([other]) => other === name).length));
    form.dispatchEvent(new CustomEvent("rows", { detail: rows }));
    const fields = fieldsOf(form);
    const texts = fields.filter((field) => field.matches("textarea"));
    const newer = new Set(fields.filter(touched).map((field) => field.matches("[type=radio]") ? field.name : field));
    if (texts.some((field) => field.value.trim())) return;
    let put = false;
    const seen = {};
    for (const [name, value, checked] of values) {
      const named = fields.filter((each) => each.name === name && (checked === null || each.value === value));
      const field = checked === null ? named[seen[name] ?? 0] : named[0];
      seen[name] = (seen[name] ?? 0) + 1;
      if (!field || newer.has(field) || newer.has(field.name)) continue;
      if (checked !== null) field.checked = checked;
      else if (field.value !== value) {
        field.value = value;
        put ||= field.type !== "hidden";
      }
      const folded = field.closest("details");
      if (folded && value && checked === null) folded.open = true;
    }
    if (!put) return;
    const note = document.createElement("p");
    note.className = "text-secondary small";
    note.setAttribute("role", "status");
    note.textContent = "Retrouvé : ce que vous aviez écrit ici.";
    form.prepend(note);
    form.dispatchEvent(new Event("change", { bubbles: true }));
    for (const field of texts) field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of forms) {
      const kept = store.getItem(keyOf(form));
      if (kept && "taken" in form.dataset) store.removeItem(keyOf(form));
      else if (kept) put(form, JSON.parse(kept).values);
    }
  });
  for (const form of forms) {
    form.addEventListener("input", () => keep(form, false));
    form.addEventListener("change", () => keep(form, false));
    form.addEventListener("submit", () => keep(form, true));
  }
})();
