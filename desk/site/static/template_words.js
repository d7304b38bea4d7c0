// The words of a template as phones show them, made by the server while they are typed.
"use strict";
const form = document.getElementById("template");
let waiting;
let asked = 0;
function phone(text) {
  const figure = document.createElement("figure");
  figure.className = "phone";
  const caption = document.createElement("figcaption");
  caption.lang = "fr";
  caption.textContent = text.caption;
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  bubble.textContent = text.body;
  figure.append(caption, bubble);
  return figure;
}
async function preview() {
  const mine = ++asked;
  const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok || mine !== asked) return;
  for (const [code, shown] of Object.entries(await answer.json())) {
    document.getElementById(`wrong_${code}`).textContent = shown.error;
    document.getElementById(`shown_${code}`).replaceChildren(...shown.texts.map(phone));
  }
}
form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => preview().catch(() => {}), 400);
});
