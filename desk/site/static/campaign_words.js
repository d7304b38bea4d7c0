// The free words of a campaign, counted while they are typed and shown as a phone shows them.
"use strict";
const form = document.getElementById("campaign");
let waiting;
async function count() {
  const answer = await fetch(form.dataset.count, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok) return;
  for (const [code, shown] of Object.entries(await answer.json())) {
    document.getElementById(`wrong_${code}`).textContent = shown.error;
    document.getElementById(`phone_${code}`).textContent = shown.body || "…";
    document.getElementById(`count_${code}`).textContent = shown.body ? `${shown.size} caractères, ${shown.parts} SMS` : "";
  }
}
form.addEventListener("input", (event) => {
  if (!event.target.name.startsWith("text_")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => count().catch(() => {}), 400);
});
