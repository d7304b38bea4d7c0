// How far a campaign is, looked at every two seconds; the page is read anew when what can be done changes.
"use strict";
const box = document.getElementById("progress");
let quiet = 0;
async function look() {
  const answer = await fetch(box.dataset.progress, { headers: { accept: "application/json" } });
  if (answer.redirected || !answer.ok) return false;
  const found = await answer.json();
  const typing = document.activeElement?.matches("input:not([type=hidden])");
  if (found.state !== box.dataset.state || String(found.waiting) !== box.dataset.waiting) {
    if (!typing) return location.reload();
  }
  document.getElementById("bar").value = found.percent;
  document.getElementById("state").textContent = found.words;
  for (const cell of document.querySelectorAll("[data-figure]")) {
    const words = found.figures[cell.dataset.figure];
    if (words !== undefined && cell.textContent !== words) cell.textContent = words;
  }
  quiet = found.state === "finished" || found.state === "cancelled" ? quiet + 1 : 0;
  return quiet < 150;
}
async function again() {
  let goOn = true;
  if (!document.hidden) goOn = await look().catch(() => true);
  if (goOn) setTimeout(again, 2000);
}
if (box && box.dataset.state !== "cancelled") setTimeout(again, 2000);
