/* Typing grievances fast: the household number is checked as it is typed, and a village's list goes on by Enter. */
"use strict";
(() => {
  const DAMM = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790"];
  const right = (digits) => [...digits].reduce((state, digit) => DAMM[state][digit], 0) === "0";

  function check(field) {
    const digits = field.value.replace(/[\s.-]/g, "");
    const slip = /^\d{8}$/.test(digits) && !right(digits);
    const phone = field.name === "q" && slip;
    let note = field.parentNode.querySelector("[data-slip]");
    if (!note) {
      note = document.createElement("small");
      note.dataset.slip = "";
      note.setAttribute("role", "status");
      note.className = "text-danger d-block w-100";
      field.parentNode.append(note);
    }
    note.textContent = !slip ? "" : phone
      ? "Pas un numéro de ménage (un chiffre est faux) : sera cherché comme téléphone."
      : "Numéro de ménage faux : vérifiez chaque chiffre.";
  }

  document.addEventListener("input", (event) => {
    if (event.target.name === "q" || event.target.name === "whose") check(event.target);
  });

  const intake = document.querySelector("[data-intake]");
  if (intake) {
    const fit = () => {
      const whose = intake.querySelector("[name=who]:checked")?.value ?? "household";
      for (const block of intake.querySelectorAll("[data-who]")) block.hidden = block.dataset.who !== whose;
      const group = intake.querySelector("[name=what]").selectedOptions[0].parentNode.label ?? "";
      intake.querySelector("[data-sensitive]").hidden = !group.endsWith("(sensible)");
    };
    intake.addEventListener("change", fit);
    fit();
  }

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const list = document.querySelector("[data-register]");
  if (!list) return;
  const key = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (octet) => octet.toString(16).padStart(2, "0")).join("");

  function added(line) {
    const rows = line.parentNode.rows.length;
    if (rows >= Number(list.dataset.register)) return null;
    const fresh = line.cloneNode(true);
    for (const spare of fresh.querySelectorAll(".invalid-feedback, [data-slip]")) spare.remove();
    for (const field of fresh.querySelectorAll("input")) {
      field.value = field.name === "key" ? key() : "";
      field.classList.remove("is-invalid");
      field.removeAttribute("aria-describedby");
      field.removeAttribute("autofocus");
      if (field.ariaLabel) field.ariaLabel = field.ariaLabel.replace(/\d+$/, rows + 1);
    }
    fresh.querySelector("[data-n]").textContent = rows + 1;
    line.after(fresh);
    return fresh;
  }

  list.addEventListener("rows", (event) => {
    const lines = () => list.querySelectorAll("[data-line]");
    while (lines().length && lines().length < event.detail && added([...lines()].at(-1)));
  });
  list.addEventListener("keydown", (event) => {
    const line = event.target.closest("[data-line]");
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey) {
      event.preventDefault();
      list.requestSubmit(list.querySelector("[value=file]"));
    } else if (line) {
      event.preventDefault();
      let next = line.nextElementSibling;
      while (next && !next.matches("[data-line]")) next = next.nextElementSibling;
      (next ?? added(line))?.querySelector("[name=whose]").focus();
    }
  });
})();
